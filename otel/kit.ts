/** Functions that an app and its pages share with the kit. Importing this file starts nothing. */
export { agentName, isBrowserName, scannerIn } from './aggregate/agent-family.ts';
export { isScanned } from './aggregate/scanner-watch.ts';
export { maskedNumbers } from './base/masked-message.ts';
export { currentAttributeName } from './base/renamed-attributes.ts';
export { retryAfterOf } from './base/retry-after.ts';
export { isSecretName, mayHoldSecret } from './base/secret-names.ts';
export { untraced } from './base/untraced.ts';
export {
  forwardedRequest,
  type ForwardedRequest,
  type ForwardedWords,
} from './instrumentation/forwarded-request.ts';
export { activeRequestSpan, nameRequestRoute } from './instrumentation/request-route.ts';
export { REQUEST_TURN_CHANNEL, WAITS_FOR_TURN } from './instrumentation/waiting-request.ts';
export { withoutClientAddress } from './spans/client-address.ts';
export { readDotEnv } from './settings/dot-env.ts';
export { lineOf, readTable, type SettingProblem, type TableRead } from './settings/read-table.ts';
export { QUOTED_TEXT, readRules, RuleProblem, splitRules } from './settings/rule-texts.ts';
export { optional, setting, type Setting, type ValuesOf } from './settings/setting.ts';
export {
  integerBetween,
  InvalidSetting,
  oneOf,
  parseBoolean,
  parseHttpUrl,
} from './settings/setting-parsers.ts';
export { TRUSTED_PROXIES } from './settings/settings-table.ts';
export {
  DEFAULT_TRUSTED_PROXIES,
  parseTrustedProxies,
  type TrustedProxies,
} from './settings/trusted-proxies.ts';
export { summaryOfSeries } from './sql/statement-names.ts';
export { telemetryPage } from './telemetry-page.ts';
export type { TelemetryOptions } from './telemetry.ts';
export { REASONS_BY_STRENGTH } from './base/reasons-by-strength.ts';
