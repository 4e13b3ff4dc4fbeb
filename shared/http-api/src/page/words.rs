//! The texts of the error page, in each language.

use pledge_domain::locale::Locale;

/// The fixed texts of a language.
pub struct Words {
    /// The title if the form was refused.
    pub refused: &'static str,
    /// The title if something failed on our side.
    pub failed: &'static str,
    /// The text above the list of invalid fields.
    pub correct: &'static str,
    /// The text for a failure of ours after which a retry may succeed.
    pub later: &'static str,
    /// The text for a failure of ours that an operator must mend first.
    pub not_now: &'static str,
    /// The text that says how to get back to the form.
    pub back: &'static str,
}

/// Returns the texts of a language.
pub fn of(locale: Locale) -> &'static Words {
    match locale {
        Locale::En => &ENGLISH,
        Locale::Es => &SPANISH,
        Locale::Ja => &JAPANESE,
        Locale::ZhHk => &CHINESE,
    }
}

static ENGLISH: Words = Words {
    refused: "Your order could not be taken yet",
    failed: "Something went wrong",
    correct: "Please correct these fields:",
    later: "This is our fault, not yours. Please try again in a moment. If it happens again, tell us this number:",
    not_now: "This can't be paid until we have mended something, and trying again doesn't help. Nothing was charged. The number:",
    back: "Use your browser's back button to return to the form.",
};

static SPANISH: Words = Words {
    refused: "Aún no hemos podido aceptar tu pedido",
    failed: "Algo ha salido mal",
    correct: "Corrige estos campos:",
    later: "Es un error nuestro, no tuyo. Inténtalo de nuevo en un momento. Si se repite, indícanos este número:",
    not_now: "No se puede pagar hasta que arreglemos algo, y reintentar no sirve. No se ha cobrado nada. El número:",
    back: "Usa el botón «Atrás» del navegador para volver al formulario.",
};

static JAPANESE: Words = Words {
    refused: "ご注文をまだ受け付けていません",
    failed: "エラーが発生しました",
    correct: "次の項目を修正してください。",
    later: "こちら側の不具合です。しばらくしてからもう一度お試しください。繰り返し起こる場合は、この番号をお知らせください。",
    not_now: "こちらで修正するまでお支払いいただけません。再試行しても変わりません。料金は発生していません。番号:",
    back: "ブラウザの「戻る」ボタンでフォームに戻れます。",
};

static CHINESE: Words = Words {
    refused: "我們尚未接受您的訂單",
    failed: "發生錯誤",
    correct: "請更正以下欄位:",
    later: "這是我們的問題,請稍後再試。如再次發生,請告訴我們此編號:",
    not_now: "在我們修復之前無法付款,重試亦無幫助。並無收費。編號:",
    back: "請按瀏覽器的「返回」按鈕回到表格。",
};

/// The labels of the preorder form's fields, by their names in the API, in all four languages.
const LABELS: [(&str, [&str; 4]); 18] = [
    ("email", ["E-mail", "Correo electrónico", "メールアドレス", "電郵地址"]),
    ("color", ["Colour", "Color", "カラー", "顏色"]),
    ("priceId", ["Price", "Precio", "価格", "價格"]),
    ("locale", ["Language", "Idioma", "言語", "語言"]),
    ("firstName", ["First name", "Nombre", "名", "名字"]),
    ("lastName", ["Last name", "Apellidos", "姓", "姓氏"]),
    ("phone", ["Phone", "Teléfono", "電話番号", "電話"]),
    ("addressLine1", ["Address", "Dirección", "住所", "地址"]),
    ("addressLine2", ["Address, second line", "Dirección, segunda línea", "住所(2行目)", "地址(第二行)"]),
    ("city", ["City", "Ciudad", "市区町村", "城市"]),
    ("state", ["State or province", "Estado o provincia", "都道府県", "州或省"]),
    ("postalCode", ["Postal code", "Código postal", "郵便番号", "郵政編號"]),
    ("country", ["Country", "País", "国", "國家或地區"]),
    ("customerNotes", ["Message to us", "Mensaje para nosotros", "メッセージ", "給我們的留言"]),
    ("marketingConsent", ["Newsletter", "Boletín", "メールマガジン", "電郵通訊"]),
    (
        "consentTextVersion",
        [
            "Newsletter, version of the text",
            "Boletín, versión del texto",
            "メールマガジン(文面の版)",
            "電郵通訊(條文版本)",
        ],
    ),
    ("preorderId", ["Preorder", "Reserva", "予約", "預訂"]),
    ("idempotencyKey", ["Form", "Formulario", "フォーム", "表格"]),
];

/// The problems of fields: the beginning of the English text, with the texts of the other three languages, in which `{}`
/// stands for the rest of the English text. Of several beginnings that fit, the first counts.
const PROBLEMS: [(&str, [&str; 3]); 18] = [
    (
        "is required with marketingConsent",
        [
            "es obligatorio si aceptas el boletín",
            "メールマガジンに同意する場合は必要です",
            "同意接收電郵通訊時必須填寫",
        ],
    ),
    ("is required", ["es obligatorio", "入力してください", "必須填寫"]),
    (
        "must be an e-mail address",
        [
            "debe ser una dirección de correo como name@example.com",
            "name@example.com のようなメールアドレスを入力してください",
            "必須是電郵地址,例如 name@example.com",
        ],
    ),
    (
        "must be one of: ",
        ["debe ser uno de estos valores: {}", "次のいずれかを選んでください: {}", "必須是以下其中之一:{}"],
    ),
    (
        "must have 1 to 64 characters, all of them letters, digits or -_.:/",
        [
            "debe tener de 1 a 64 caracteres: letras, cifras o -_.:/",
            "英数字と -_.:/ のみ、1文字から64文字で指定してください",
            "必須是 1 至 64 個字元,只可用英文字母、數字及 -_.:/",
        ],
    ),
    (
        "must have at most 255 characters of visible ASCII",
        [
            "debe tener como máximo 255 caracteres ASCII visibles",
            "表示できる ASCII 文字のみ、255文字以内で指定してください",
            "最多 255 個可見的 ASCII 字元",
        ],
    ),
    ("must have at most ", ["es demasiado largo (máximo: {})", "長すぎます(上限: {})", "太長(上限:{})"]),
    (
        "must not have control characters",
        ["contiene caracteres no permitidos", "使用できない文字が含まれています", "含有不允許的字元"],
    ),
    (
        "has characters that were lost",
        [
            "contiene caracteres que se han perdido; escríbelo de nuevo",
            "文字化けしています。もう一度入力してください",
            "有字元遺失,請重新輸入",
        ],
    ),
    (
        "must be a two-letter ISO 3166-1 code; write ",
        [
            "debe ser un código de país de dos letras; escribe {}",
            "2文字の国コードを入力してください({})",
            "必須是兩個字母的國家代碼,請填寫 {}",
        ],
    ),
    (
        "must be a two-letter ISO 3166-1 code",
        [
            "debe ser un código de país de dos letras, por ejemplo HK",
            "HK のような2文字の国コードを入力してください",
            "必須是兩個字母的國家代碼,例如 HK",
        ],
    ),
    (
        "is not the price of this color",
        ["no es el precio de este color", "このカラーの価格ではありません", "不是此顏色的價格"],
    ),
    ("must be true or false", ["debe ser sí o no", "はい・いいえで指定してください", "必須是「是」或「否」"]),
    ("must be a string", ["debe ser un texto", "文字列で指定してください", "必須是文字"]),
    ("must be a whole number", ["debe ser un número entero", "整数で指定してください", "必須是整數"]),
    ("must be a UUID", ["no es una reserva válida", "正しい予約番号ではありません", "不是有效的預訂編號"]),
    (
        "is not a field of this request",
        ["no es un campo de este formulario", "このフォームの項目ではありません", "不是此表格的欄位"],
    ),
    ("is not a payment method", ["no es un medio de pago válido", "この支払い方法は使えません", "不是可用的付款方式"]),
];

/// The messages of errors, by code, in all four languages.
const MESSAGES: [(&str, [&str; 4]); 6] = [
    (
        "PREORDER_ALREADY_COMPLETED",
        [
            "This preorder is paid already.",
            "Esta reserva ya está pagada.",
            "この予約はお支払い済みです。",
            "此預訂已付款。",
        ],
    ),
    (
        "PAYMENT_PENDING",
        [
            "A payment for this preorder is on its way. There is nothing more to do.",
            "Ya hay un pago en camino para esta reserva. No tienes que hacer nada más.",
            "この予約のお支払いは処理中です。ほかに必要な操作はありません。",
            "此預訂的付款正在處理中,您無需再做任何事。",
        ],
    ),
    (
        "PREORDER_NOT_FOUND",
        ["There is no such preorder.", "Esta reserva no existe.", "この予約は見つかりません。", "找不到此預訂。"],
    ),
    (
        "UNSUPPORTED_MEDIA_TYPE",
        [
            "The form was sent in a way that cannot be read here. Its page must send it in UTF-8 and without files.",
            "El formulario se ha enviado de un modo que no podemos leer. La página debe enviarlo en UTF-8 y sin archivos.",
            "フォームが読み取れない形式で送信されました。UTF-8 で、ファイルを付けずに送信する必要があります。",
            "表格以無法讀取的方式送出。該頁面必須以 UTF-8 且不附檔案的方式送出。",
        ],
    ),
    (
        "UNAUTHENTICATED",
        ["Please sign in again.", "Vuelve a iniciar sesión.", "もう一度サインインしてください。", "請重新登入。"],
    ),
    (
        "UNKNOWN_APP",
        [
            "Please order in the shop itself, with scripts switched on.",
            "Haz el pedido en la propia tienda, con los scripts activados.",
            "ショップのページで、スクリプトを有効にしてご注文ください。",
            "請在商店網頁上啟用指令碼後訂購。",
        ],
    ),
];

/// Returns the label of a field in a language; its name in the API if it isn't one of the form's.
pub fn label(locale: Locale, field: &str) -> &str {
    LABELS.iter().find(|(known, _)| *known == field).map_or(field, |(_, labels)| labels[index(locale)])
}

/// Returns the problem of a field in a language; in English if there is no translation.
pub fn problem(locale: Locale, english: &str) -> String {
    let found = PROBLEMS.iter().find_map(|(begins, others)| Some((english.strip_prefix(begins)?, others)));
    match (found, index(locale).checked_sub(1)) {
        (Some((rest, others)), Some(index)) => others[index].replace("{}", rest.trim_end_matches(" characters")),
        _ => english.to_owned(),
    }
}

/// Returns the message of a code in a language; none if the error's own English message is to be used.
pub fn message(locale: Locale, code: &str) -> Option<&'static str> {
    let (_, messages) = MESSAGES.iter().find(|(known, _)| *known == code)?;
    Some(messages[index(locale)])
}

/// Returns the place of a language in the tables: English is the first.
fn index(locale: Locale) -> usize {
    match locale {
        Locale::En => 0,
        Locale::Es => 1,
        Locale::Ja => 2,
        Locale::ZhHk => 3,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pledge_domain::{
        fields::{FieldErrors, FormFields},
        preorder::{Catalogue, PreorderForm},
    };
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::{error::ApiError, fields::Fields, idempotency};

    #[test]
    fn a_number_and_a_list_stay_what_they_are() {
        assert_eq!(problem(Locale::Es, "must be one of: Red, Pink"), "debe ser uno de estos valores: Red, Pink");
        assert_eq!(problem(Locale::Ja, "must have at most 200 characters"), "長すぎます(上限: 200)");
        assert_eq!(problem(Locale::En, "must have at most 200 characters"), "must have at most 200 characters");
        assert_eq!(problem(Locale::ZhHk, "is something new"), "is something new");
    }

    #[test]
    fn every_text_is_in_every_language() {
        for texts in LABELS.iter().chain(&MESSAGES).map(|(_, texts)| texts) {
            assert!(texts.iter().all(|text| !text.is_empty()), "{texts:?}");
        }
        assert!(Locale::ALL.into_iter().map(index).eq(0..Locale::ALL.len()));
    }

    fn catalogue() -> Catalogue {
        serde_json::from_value(json!({ "Red": "price_red", "Honey Khaki": "price_honey" })).unwrap()
    }

    /// Returns the fields that a form may have: those that the checks ask for, the key of a form that has no header, and
    /// the preorder in place of a form.
    fn fields() -> Vec<String> {
        struct Asked(Vec<String>);
        impl FormFields for Asked {
            fn text(&mut self, name: &str) -> Option<String> {
                self.0.push(name.to_owned());
                None
            }

            fn boolean(&mut self, name: &str) -> Option<bool> {
                self.text(name);
                None
            }
        }
        let mut asked = Asked(vec![idempotency::FIELD.to_owned(), "preorderId".to_owned()]);
        let _ = PreorderForm::parse(&mut asked, &catalogue());
        asked.0
    }

    #[test]
    fn every_field_of_the_form_has_a_label() {
        let without: Vec<_> = fields().into_iter().filter(|field| label(Locale::En, field) == field).collect();
        assert_eq!(without, [""; 0]);
    }

    /// Returns what is wrong with a form, if this value of a field is, or its absence.
    fn problems(field: &str, value: Option<&Value>) -> Vec<String> {
        let mut form = Map::from_iter([("email".into(), json!("a@example.com")), ("color".into(), json!("Red"))]);
        match value {
            Some(value) => form.insert(field.to_owned(), value.clone()),
            None => form.remove(field),
        };
        let mut fields = Fields::new(form);
        let errors = match idempotency::field(&mut fields) {
            Err(ApiError::InvalidFields(errors)) => Err(errors),
            _ => {
                let parsed = PreorderForm::parse(&mut fields, &catalogue());
                fields.check(parsed)
            }
        };
        errors.err().iter().flat_map(FieldErrors::iter).map(|(_, problem)| problem.to_owned()).collect()
    }

    #[test]
    fn whatever_is_wrong_with_a_field_of_the_form_is_said_in_every_language() {
        let texts = ["", "x", "UK", "日本", "of May", "\u{0}", "\u{fffd}", &"x".repeat(10_000)].map(Value::from);
        let values = Vec::from_iter(texts.into_iter().chain([json!(true), json!(5)]));
        let said = BTreeSet::from_iter(fields().iter().flat_map(|field| {
            let values = values.iter().map(Some).chain([None]);
            values.flat_map(|value| problems(field, value)).collect::<Vec<_>>()
        }));
        assert!(said.len() >= 15, "the values find few problems: {said:?}");
        for english in said {
            for locale in Locale::ALL.into_iter().skip(1) {
                let translated = problem(locale, &english);
                assert!(translated != english && !translated.contains("characters"), "{locale:?}: {translated}");
            }
        }
    }
}
