//! The scripts as they are sent, which are read in `src`: a release's without comments, and with short names inside, since
//! each page carries them.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    #[cfg(feature = "ssr")]
    scripts::prepare()?;
    Ok(())
}

#[cfg(feature = "ssr")]
mod scripts {
    use oxc_allocator::Allocator;
    use oxc_codegen::{Codegen, CodegenOptions};
    use oxc_mangler::Mangler;
    use oxc_parser::Parser;
    use oxc_span::SourceType;
    use std::{env, error::Error, fs, path::PathBuf};

    /// A release's differ from their source.
    pub(super) fn prepare() -> Result<(), Box<dyn Error>> {
        let is_release = env::var("PROFILE")? == "release";
        let out = PathBuf::from(env::var("OUT_DIR")?);
        for file in fs::read_dir("src")? {
            let file = file?;
            let path = file.path();
            if path.extension().is_none_or(|extension| extension != "js") {
                continue;
            }
            println!("cargo::rerun-if-changed={}", path.display());
            let code = fs::read_to_string(&path)?;
            let code = if is_release { shortened(&code)? } else { code };
            // `loader.js` is an expression: what follows it calls it.
            let code = code.trim_end_matches([';', '\n']);
            fs::write(out.join(file.file_name()), code)?;
        }
        Ok(())
    }

    fn shortened(code: &str) -> Result<String, String> {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, code, SourceType::script()).parse();
        if let Some(error) = parsed.diagnostics.first() {
            return Err(error.to_string());
        }
        let names = Mangler::new().build(&parsed.program);
        let code = Codegen::new()
            .with_options(CodegenOptions::minify())
            .with_scoping(Some(names.scoping))
            .build(&parsed.program);
        Ok(code.code)
    }
}
