/** The API's requests and answers by their own names, all made from docs/openapi.yaml. */

import type { components } from "./schema.js";

type Schemas = components["schemas"];

export type PreorderForm = Schemas["PreorderForm"];
export type InitiatedPreorder = Schemas["InitiatedPreorder"];
export type Preorder = Schemas["Preorder"];
export type PreorderStatus = Schemas["PreorderStatus"];
export type Consent = Schemas["Consent"];
export type UserProfile = Schemas["UserProfile"];
export type OwnPreorder = Schemas["OwnPreorder"];
export type OwnPreorders = Schemas["OwnPreorders"];
export type OwnChampion = Schemas["OwnChampion"];
export type OwnChampions = Schemas["OwnChampions"];
export type AccessSegment = Schemas["AccessSegment"];
export type FailedInvoice = Schemas["FailedInvoice"];
export type NextRenewal = Schemas["NextRenewal"];
export type Catalogue = Schemas["Catalogue"];
export type ColorOnSale = Schemas["ColorOnSale"];
export type Checkout = Schemas["Checkout"];
export type NovelTiers = Schemas["NovelTiers"];
export type TierOnSale = Schemas["TierOnSale"];
export type ChampionSubscriptionRequest = Schemas["ChampionSubscriptionRequest"];
export type ChampionSubscription = Schemas["ChampionSubscription"];
export type ChampionChangeRequest = Schemas["ChampionChangeRequest"];
export type ChampionChange = Schemas["ChampionChange"];
export type ChampionPaymentRequest = Schemas["ChampionPaymentRequest"];
export type ChampionPayment = Schemas["ChampionPayment"];
export type OpenInvoice = Schemas["OpenInvoice"];
export type ChampionPortalRequest = Schemas["ChampionPortalRequest"];
export type ChampionPortal = Schemas["ChampionPortal"];
export type ChampionPurchaseRequest = Schemas["ChampionPurchaseRequest"];
export type ChampionPurchase = Schemas["ChampionPurchase"];
export type ChampionStatus = Schemas["ChampionStatus"];
