/** What the shop sells, as long as the API doesn't say so itself. */

export const COLORS = /** @type {const} */ (["Honey Khaki", "Sakura Pink", "Healing Green", "Moonlight Grey", "Red"]);

/** The champion tiers that every novel begins with: name, US cents a month, chapters ahead. */
export const TIERS = [
  { level: 1, name: "Martial Cultivator", amount: 100, chapters: 1 },
  { level: 2, name: "Profound Realm", amount: 300, chapters: 2 },
  { level: 3, name: "Martial Lord", amount: 500, chapters: 3 },
  { level: 4, name: "Martial King", amount: 1000, chapters: 5 },
  { level: 5, name: "Half Martial Emperor", amount: 1500, chapters: 8 },
  { level: 6, name: "Martial Emperor", amount: 2000, chapters: 10 },
  { level: 7, name: "Half Martial Ancestor", amount: 2500, chapters: 15 },
  { level: 8, name: "Martial Ancestor", amount: 4000, chapters: 20 },
  { level: 9, name: "True Immortal", amount: 5500, chapters: 25 },
  { level: 10, name: "Heavenly Immortal", amount: 7000, chapters: 30 },
  { level: 11, name: "Martial Immortal", amount: 10000, chapters: 40 },
  { level: 12, name: "Exalted", amount: 12500, chapters: 50 },
  { level: 13, name: "Utmost Exalted", amount: 16000, chapters: 65 },
];
