// One connection, opened while the function starts.

import pg from "pg";

const client = new pg.Client({
  connectionString: process.env.DATABASE_URL,
  options: "-c plan_cache_mode=force_generic_plan",
});

export const connected = client.connect();

/// Names of prepared statements: the server plans each statement once, as for our own functions.
const names = new Map();

export async function query(text, values) {
  if (!names.has(text)) names.set(text, `s${names.size}`);
  const result = await client.query({ name: names.get(text), text, values });
  return result.rows;
}

export async function transaction(work) {
  await client.query("begin");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
