export * from "firebase/app";
export * from "firebase/app-check";
export * from "firebase/auth";
