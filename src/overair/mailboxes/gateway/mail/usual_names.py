"""What mail programs and servers call the usual mailboxes, in the languages of their users."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_NAMES: Final = {
    "drafts": """
        Drafts, Draft, Entwürfe, Entwurf, Brouillons, Brouillon, Borradores, Borrador, Bozze,
        Concepten, Rascunhos, Rascunho, Utkast, Kladder, Kladde, Luonnokset, Drög, Szkice,
        Wersje robocze, Kopie robocze, Koncepty, Rozepsané, Piszkozatok, Vázlatok, Ciorne, Schițe,
        Nacrti, Skice, Osnutki, Mustandid, Juodraščiai, Melnraksti, Esborranys, Zirriborroak,
        Taslaklar, Черновики, Чернетки, Чернови, Нацрти, Πρόχειρα, טיוטות, المسودات, مسودات,
        پیش‌نویس‌ها, 草稿, 草稿箱, 草稿匣, 下書き, 임시보관함, 임시 보관함, Thư nháp, Bản nháp,
        แบบร่าง, ร่าง, Konsep, Draf
    """,  # noqa: RUF001 - the letters are Persian
    "sent": """
        Sent, Sent Items, Sent Messages, Sent Mail, Sent-Mail, SentMail, sent-items, Gesendet,
        Gesendete Objekte, Gesendete Elemente, Gesendete Nachrichten, Gesendete E-Mails, Envoyés,
        Éléments envoyés, Messages envoyés, Courrier envoyé, Objets envoyés, Enviados,
        Elementos enviados, Mensajes enviados, Correo enviado, Inviati, Inviata, Posta inviata,
        Messaggi inviati, Elementi inviati, Verzonden, Verzonden items, Verzonden berichten,
        Verstuurd, Itens enviados, Mensagens enviadas, Correio enviado, Enviadas, Enviats,
        Elements enviats, Skickat, Skickade, Skickade objekt, Skickade meddelanden, Sendt, Sendt post,
        Sendte, Sendte elementer, Sendte meddelelser, Lähetetyt, Lähetetyt viestit, Lähetetyt kohteet,
        Sent póstur, Wysłane, Elementy wysłane, Odeslané, Odeslaná pošta, Odeslané zprávy, Odoslané,
        Odoslaná pošta, Elküldött, Elküldött elemek, Elküldött üzenetek, Trimise, Elemente trimise,
        Mesaje trimise, Poslano, Poslane stavke, Poslane poruke, Poslana pošta, Saadetud, Išsiųsti,
        Išsiųstieji, Nosūtītie, Nosūtītās, Bidalita, Gönderilmiş Öğeler, Gönderilmiş, Gönderilenler,
        Gönderilmiş Postalar, Отправленные, Отправленная почта, Надіслані, Відправлені, Изпратени,
        Послато, Απεσταλμένα, Απεσταλμένα στοιχεία, נשלח, דואר יוצא, פריטים שנשלחו, العناصر المرسلة,
        المرسلة, البريد المرسل, ارسال‌شده, 已发送, 已发送邮件, 已傳送, 寄件備份, 寄件匣備份, 送信済み,
        送信済みアイテム, 送信済みメール, 送信済みトレイ, 보낸편지함, 보낸 편지함, 보낸 메일함,
        Thư đã gửi, Đã gửi, ส่งแล้ว, รายการที่ส่ง, Terkirim, Item Terkirim, Dihantar
    """,
    "trash": """
        Trash, Deleted Items, Deleted Messages, Deleted, Bin, Papierkorb, Gelöscht, Gelöschte Objekte,
        Gelöschte Elemente, Gelöschte Nachrichten, Corbeille, Éléments supprimés, Messages supprimés,
        Poubelle, Papelera, Papelera de reciclaje, Elementos eliminados, Mensajes eliminados,
        Eliminados, Cestino, Posta eliminata, Elementi eliminati, Eliminata, Prullenbak,
        Verwijderde items, Verwijderde berichten, Verwijderd, Lixeira, Lixo, Itens excluídos,
        Itens eliminados, Paperera, Elements eliminats, Papperskorg, Papperskorgen, Borttaget,
        Borttagna objekt, Papirkurv, Slettet post, Slettede elementer, Søppelkasse, Søppelbøtte,
        Papirkorg, Roskakori, Poistetut, Poistetut viestit, Ruslafata, Kosz, Elementy usunięte,
        Usunięte, Koš, Odstraněná pošta, Kôš, Odstránené položky, Kuka, Lomtár, Törölt elemek, Törölt,
        Coș de gunoi, Coș, Elemente șterse, Smeće, Izbrisano, Obrisano, Smetnjak, Koš za smeti,
        Prügikast, Kustutatud, Šiukšlinė, Ištrinti, Miskaste, Atkritne, Zakarrontzia, Çöp Kutusu, Çöp,
        Silinmiş Öğeler, Silinenler, Корзина, Удаленные, Удалённые, Кошик, Видалені, Кошче, Отпад,
        Κάδος απορριμμάτων, Απορρίμματα, Διαγραμμένα, Διαγραμμένα στοιχεία, אשפה, פריטים שנמחקו,
        سلة المهملات, المهملات, العناصر المحذوفة, زباله‌دان, 已删除, 已删除邮件, 废件箱, 垃圾桶,
        刪除的郵件, 已刪除的郵件, ゴミ箱, ごみ箱, 削除済みアイテム, 휴지통, 지운편지함, 지운 편지함,
        Thùng rác, Đã xóa, ถังขยะ, รายการที่ถูกลบ, Sampah, Tong Sampah
    """,
    "junk": """
        Junk, Spam, Junk E-mail, Junk Email, Junk-E-Mail, Junk Mail, Bulk Mail, Unerwünscht,
        Spamverdacht, Courrier indésirable, Indésirables, Pourriel, Correo no deseado, No deseado,
        Posta indesiderata, Indesiderata, Ongewenste e-mail, Ongewenst, Ongewenste reclame,
        Lixo eletrônico, Lixo eletrónico, Correu brossa, Skräppost, Uønsket e-mail, Uønsket post,
        Søppelpost, Roskaposti, Ruslpóstur, Wiadomości-śmieci, Niechciane, Nevyžádaná pošta,
        Nevyžiadaná pošta, Levélszemét, Mesaje nedorite, Neželjena pošta, Neželena pošta, Rämpspost,
        Brukalas, Mēstules, Zabor-posta, Gereksiz, Önemsiz E-posta, İstenmeyen, Спам,
        Нежелательная почта, Небажана пошта, Нежелана поща, Ανεπιθύμητα, Ανεπιθύμητη αλληλογραφία,
        דואר זבל, ספאם, البريد العشوائي, البريد غير الهام, هرزنامه, 垃圾邮件, 垃圾郵件, 迷惑メール,
        스팸편지함, 스팸 메일함, 스팸메일함, 정크 메일, Thư rác, อีเมลขยะ, จดหมายขยะ
    """,
    "archive": """
        Archive, Archives, Archived, Archiv, Archivo, Archivados, Archivio, Archief, Arquivo,
        Arquivo morto, Arxiu, Arkiv, Arkisto, Skjalasafn, Archiwum, Archív, Archívum, Arhivă, Arhiva,
        Arhiv, Arhiiv, Archyvas, Arhīvs, Artxiboa, Arşiv, Архив, Архів, Архива, Αρχειοθήκη, Αρχείο,
        ארכיון, الأرشيف, أرشيف, بایگانی, 归档, 存档, 封存, アーカイブ, 보관함, 보관, Lưu trữ,
        เก็บถาวร, Arsip
    """,
    "notes": """
        Notes
    """,
}

USUAL_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    role: tuple(" ".join(name.split()) for name in names.split(",")) for role, names in _NAMES.items()
}
"""By role, the commonest first. Apple Mail calls its notes so in every language."""
