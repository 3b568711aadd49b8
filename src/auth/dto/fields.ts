import { z } from 'zod';
import { passwordFault } from '../password.rules.js';

/** Control characters, and those that turn the reading direction: both make a name show as something else. */
const unshowable = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

/** An e-mail address, lower case: it identifies the account whatever the spelling. */
export const emailField = z.email('is not an e-mail address').max(254).toLowerCase();

/** A name for people to read. */
export const nameField = z
  .string()
  .max(1024)
  .normalize('NFC')
  .refine((name) => name.trim() === name && name.length > 0, 'is empty or has blanks at its ends')
  .refine((name) => [...name].length <= 255, 'is longer than 255 characters')
  .refine((name) => !unshowable.test(name), 'has control characters');

/** A password as it is typed at a login. Of no particular form: what does not fit no account is simply wrong. */
export const typedPassword = z.string().min(1).max(1024);

/** A password that is set. */
export const newPasswordField = z
  .string()
  .max(1024)
  .superRefine((password, context) => {
    const fault = passwordFault(password);
    if (fault) context.addIssue(fault);
  })
  .describe('12 to 128 characters of any kind; common passwords are refused.');

/** Page size of a list. */
export const pageLimit = z
  .preprocess((text) => (/^\d{1,4}$/.test(String(text)) ? Number(text) : text), z.int().min(1).max(1000))
  .default(100);

/** Opaque place in a list: `next_cursor` of the page before. */
export const cursorField = z.string().min(1).max(512).optional();

/** Free text to search for. Without control characters: PostgreSQL's text holds no NUL. */
export const searchText = (maxChars: number): z.ZodString =>
  z
    .string()
    .min(1)
    .max(maxChars)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'has control characters');
