select id, email, email_verified, display_name, photo_url, phone, marketing_consent from users where id = $1
