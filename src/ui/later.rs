//! What is never there at first: the server does not render it, so that the browser need not know how to take it over, which
//! costs a view about as much WebAssembly again as building it.

use leptos::{
    attr::{Attribute, any_attribute::AnyAttribute},
    either::Either,
    tachys::{
        hydration::Cursor,
        view::{
            Position, PositionState, Render, RenderHtml, add_attr::AddAnyAttr,
            iterators::OptionState,
        },
    },
};

/// A view that comes later, or goes again. One that was there when the page was rendered would not show before it is
/// rebuilt.
#[derive(Debug)]
pub struct Later<V>(pub Option<V>);

impl<V: Render> Render for Later<V> {
    type State = OptionState<V>;

    fn build(self) -> Self::State {
        self.0.build()
    }

    fn rebuild(self, state: &mut Self::State) {
        self.0.rebuild(state);
    }
}

impl<V: Render + Send + 'static> RenderHtml for Later<V> {
    type AsyncOutput = ();
    type Owned = Self;

    const MIN_LENGTH: usize = <() as RenderHtml>::MIN_LENGTH;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self::AsyncOutput {}

    fn to_html_with_buf(
        self,
        buf: &mut String,
        position: &mut Position,
        escape: bool,
        mark_branches: bool,
        extra_attrs: Vec<AnyAttribute>,
    ) {
        ().to_html_with_buf(buf, position, escape, mark_branches, extra_attrs);
    }

    fn hydrate<const FROM_SERVER: bool>(
        self,
        cursor: &Cursor,
        position: &PositionState,
    ) -> Self::State {
        Either::Right(RenderHtml::hydrate::<FROM_SERVER>((), cursor, position))
    }

    fn into_owned(self) -> Self::Owned {
        self
    }
}

impl<V: Render + Send + 'static> AddAnyAttr for Later<V> {
    type Output<A: Attribute> = Self;

    fn add_any_attr<A: Attribute>(self, _: A) -> Self::Output<A> {
        self
    }
}
