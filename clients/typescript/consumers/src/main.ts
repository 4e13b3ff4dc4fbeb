// A use of the client as a front end makes it, to check that the types fit it.
import { type ErrorCode, Pledge, PledgeError, type Preorder } from "pledge-client";

const pledge = new Pledge({ baseUrl: import.meta.env.BASE_URL, idToken: () => localStorage.getItem("token") });
const status = document.querySelector("#status")!;

async function order(email: string): Promise<void> {
  try {
    const { preorderId } = await pledge.initiatePreorder({ email, color: "Red", locale: "en" });
    location.assign((await pledge.checkout({ preorderId })).url);
  } catch (error) {
    if (!(error instanceof PledgeError)) throw error;
    status.textContent = explain(error);
  }
}

function explain(error: PledgeError): string {
  switch (error.code) {
    case "INVALID_REQUEST":
      return Object.entries(error.fields)
        .map(([field, problem]) => `${field} ${problem}`)
        .join(", ");
    case "NETWORK_ERROR":
    case "TIMED_OUT":
      return "You seem to be offline.";
    default: {
      const others: Exclude<ErrorCode, "INVALID_REQUEST" | "NETWORK_ERROR" | "TIMED_OUT"> = error.code;
      return `${others}: ${error.message}`;
    }
  }
}

const show = (preorder: Preorder) => {
  status.textContent = preorder.status;
};

const id = new URLSearchParams(location.search).get("preorder_id");
if (id === null) await order("reader@example.com");
else show(await pledge.waitForPreorder(id, { onUpdate: show }));
