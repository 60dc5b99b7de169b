// Pictures of every page, to be looked at by people: SCREENSHOTS=<folder> npm run screenshots

import { defineConfig } from '@playwright/test';
import suite from './playwright.config';

if (!process.env['SCREENSHOTS']) throw new Error('Set SCREENSHOTS to the folder that the pictures go to.');

const SCHEMES = ['light', 'dark'] as const;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 360, height: 740 },
];

export default defineConfig(suite, {
  testDir: 'screenshots',
  projects: [
    ...SCHEMES.flatMap((colorScheme) =>
      SIZES.map((viewport) => ({
        name: `${colorScheme}-${viewport.width}`,
        testMatch: 'pages.spec.ts',
        use: { colorScheme, viewport },
      })),
    ),
    // Both looks and both sizes are in its one picture.
    { name: 'readme', testMatch: 'readme.spec.ts' },
  ],
});
