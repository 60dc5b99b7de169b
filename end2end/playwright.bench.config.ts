// Benchmarks of the page, one after the other: `scripts/bench page`.

import { defineConfig } from '@playwright/test';
import suite from './playwright.config';

export default defineConfig(suite, { testDir: 'bench', workers: 1, fullyParallel: false });
