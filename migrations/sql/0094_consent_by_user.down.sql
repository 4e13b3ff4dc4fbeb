drop index consent_user_idx;
