// One connection, opened while the function starts.

import pg from "pg";

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });

export const connected = client.connect();

export async function query(text, values) {
  const result = await client.query(text, values);
  return result.rows;
}

export async function transaction(work) {
  await query("begin");
  try {
    const result = await work();
    await query("commit");
    return result;
  } catch (error) {
    await query("rollback");
    throw error;
  }
}
