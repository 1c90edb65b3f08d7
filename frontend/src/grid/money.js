// Amounts for the eye: exact 分 as whole numbers.  Nothing here decides what an amount is;
// the server reads the text as it was typed.
const AMOUNT = /^(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{1,2}))?$/;

/** The 分 of a text in 元; null for what is no plain amount. */
export function fen(text) {
  const match = AMOUNT.exec((text ?? "").trim());
  if (!match) return null;
  const [, sign, whole, decimals = ""] = match;
  const size = BigInt(whole.replaceAll(",", "") + decimals.padEnd(2, "0"));
  return sign ? -size : size;
}

/** 分 printed in 元 with thousands separators and two decimals. */
export function printed(amount) {
  const digits = (amount < 0n ? -amount : amount).toString().padStart(3, "0");
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${amount < 0n ? "-" : ""}${whole}.${digits.slice(-2)}`;
}

/** An amount as the grid shows it; a text that is none stays as it was typed. */
export function shown(text) {
  const amount = fen(text);
  return amount === null ? text : printed(amount);
}
