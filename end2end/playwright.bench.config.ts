// Benchmarks of the page, one after the other: `scripts/bench page`.

import { defineConfig } from '@playwright/test';
import suite from './playwright.config';

// No trace: Playwright's own look at the document costs hundreds of milliseconds an action where there are 10,000 items.
export default defineConfig(suite, { testDir: 'bench', workers: 1, fullyParallel: false, use: { trace: 'off' } });
