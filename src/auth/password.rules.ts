import { commonPasswords, commonWords } from './common-passwords.js';

/** Length of a password in code points after NFC. No rule on its composition: length is what counts. */
export const passwordLength = { min: 12, max: 128 } as const;

/** One spelling for one password, however the keyboard composed its accents. */
export function normalizePassword(password: string): string {
  return password.normalize('NFC');
}

/** Half of a surrogate pair: has no UTF-8 form, so two such passwords could hash alike. */
const loneSurrogate = /[\ud800-\udfff]/u;

const leet: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

/** Lower case, the usual substitutions undone: `P@ssw0rd` is `password`. */
function plain(text: string): string {
  return [...text.toLowerCase()].map((c) => leet[c] ?? c).join('');
}

/**
 * Whether the password is on the shipped list, is a listed word with digits and punctuation around it
 * (`Welcome2024!!`), or repeats a short piece (`abcabcabcabc`).
 */
function isCommon(password: string): boolean {
  const lower = password.toLowerCase();
  if (commonPasswords.has(lower) || commonPasswords.has(plain(lower))) return true;
  if (isRepetition(lower)) return true;
  const core = lower.replace(/^[^\p{L}@$]+/u, '').replace(/[^\p{L}]+$/u, '');
  return [core, plain(core)].some((word) => commonWords.has(word) || isRepeatedWord(word));
}

/** A piece of at most four characters, repeated to the end. */
function isRepetition(text: string): boolean {
  for (let size = 1; size <= 4; size += 1) {
    if (
      text ===
      text
        .slice(0, size)
        .repeat(Math.ceil(text.length / size))
        .slice(0, text.length)
    )
      return true;
  }
  return false;
}

function isRepeatedWord(text: string): boolean {
  for (const times of [2, 3]) {
    const size = text.length / times;
    if (Number.isInteger(size) && text === text.slice(0, size).repeat(times) && commonWords.has(text.slice(0, size))) {
      return true;
    }
  }
  return false;
}

/** What is wrong with a new password, in words that continue "password ..."; undefined when it may be used. */
export function passwordFault(password: string): string | undefined {
  const normal = normalizePassword(password);
  if (loneSurrogate.test(normal)) return 'is not valid Unicode';
  const length = [...normal].length;
  if (length < passwordLength.min) return `is shorter than ${passwordLength.min} characters`;
  if (length > passwordLength.max) return `is longer than ${passwordLength.max} characters`;
  if (isCommon(normal)) return 'is among the common ones that attackers try first';
  return undefined;
}
