"""Which time zones of Windows stand for which IANA zones, as Unicode's CLDR has it (windowsZones)."""

from __future__ import annotations

import re
from typing import Final

# From CLDR 48 (LICENSES/Unicode-3.0.txt): the zone that CLDR gives for the world ("001") comes first in
# its row, then those of single territories, then other names of them in the tz database, which CLDR leaves
# out. Names that the tz database has replaced stand behind their new ones. The rows go from west to
# east, those of the same time in the order in which to take them where nothing else tells them apart.
_ROWS: Final = """\
Dateline Standard Time: Etc/GMT+12
UTC-11: Etc/GMT+11 Pacific/Pago_Pago Pacific/Niue Pacific/Midway Pacific/Samoa US/Samoa
Hawaiian Standard Time: Pacific/Honolulu Pacific/Rarotonga Pacific/Tahiti Etc/GMT+10 HST Pacific/Johnston
    US/Hawaii
Aleutian Standard Time: America/Adak America/Atka US/Aleutian
Marquesas Standard Time: Pacific/Marquesas
Alaskan Standard Time: America/Anchorage America/Juneau America/Metlakatla America/Nome America/Sitka
    America/Yakutat US/Alaska
UTC-09: Etc/GMT+9 Pacific/Gambier
Pacific Standard Time: America/Los_Angeles America/Vancouver Canada/Pacific US/Pacific PST8PDT
Pacific Standard Time (Mexico): America/Tijuana America/Ensenada America/Santa_Isabel Mexico/BajaNorte
UTC-08: Etc/GMT+8 Pacific/Pitcairn
Mountain Standard Time: America/Denver America/Edmonton America/Cambridge_Bay America/Inuvik
    America/Ciudad_Juarez America/Boise America/Shiprock America/Yellowknife Canada/Mountain Navajo
    US/Mountain MST7MDT
US Mountain Standard Time: America/Phoenix America/Creston America/Dawson_Creek America/Fort_Nelson
    America/Hermosillo Etc/GMT+7 MST US/Arizona
Mountain Standard Time (Mexico): America/Mazatlan Mexico/BajaSur
Yukon Standard Time: America/Whitehorse America/Dawson Canada/Yukon
Central Standard Time: America/Chicago America/Winnipeg America/Rankin_Inlet America/Resolute
    America/Matamoros America/Ojinaga America/Indiana/Knox America/Indiana/Tell_City America/Menominee
    America/North_Dakota/Beulah America/North_Dakota/Center America/North_Dakota/New_Salem America/Knox_IN
    America/Rainy_River Canada/Central US/Central US/Indiana-Starke CST6CDT
Central Standard Time (Mexico): America/Mexico_City America/Bahia_Banderas America/Merida America/Monterrey
    America/Chihuahua Mexico/General
Central America Standard Time: America/Guatemala America/Belize America/Costa_Rica Pacific/Galapagos
    America/Tegucigalpa America/Managua America/El_Salvador Etc/GMT+6
Canada Central Standard Time: America/Regina America/Swift_Current Canada/Saskatchewan
Easter Island Standard Time: Pacific/Easter Chile/EasterIsland
Eastern Standard Time: America/New_York America/Nassau America/Toronto America/Iqaluit America/Detroit
    America/Indiana/Petersburg America/Indiana/Vincennes America/Indiana/Winamac America/Kentucky/Monticello
    America/Kentucky/Louisville America/Louisville America/Montreal America/Nipigon America/Pangnirtung
    America/Thunder_Bay Canada/Eastern US/Eastern US/Michigan EST5EDT
US Eastern Standard Time: America/Indiana/Indianapolis America/Indiana/Marengo America/Indiana/Vevay
    America/Indianapolis America/Fort_Wayne US/East-Indiana
Cuba Standard Time: America/Havana Cuba
Haiti Standard Time: America/Port-au-Prince
Turks And Caicos Standard Time: America/Grand_Turk
SA Pacific Standard Time: America/Bogota America/Rio_Branco America/Eirunepe America/Atikokan
    America/Guayaquil America/Jamaica America/Cayman America/Panama America/Lima America/Coral_Harbour
    Etc/GMT+5 America/Porto_Acre Brazil/Acre EST Jamaica
Eastern Standard Time (Mexico): America/Cancun
Atlantic Standard Time: America/Halifax Atlantic/Bermuda America/Glace_Bay America/Goose_Bay America/Moncton
    America/Thule Canada/Atlantic
Venezuela Standard Time: America/Caracas
SA Western Standard Time: America/La_Paz America/Antigua America/Anguilla America/Aruba America/Barbados
    America/St_Barthelemy America/Kralendijk America/Manaus America/Boa_Vista America/Porto_Velho
    America/Blanc-Sablon America/Curacao America/Dominica America/Santo_Domingo America/Grenada
    America/Guadeloupe America/Guyana America/St_Kitts America/St_Lucia America/Marigot America/Martinique
    America/Montserrat America/Puerto_Rico America/Lower_Princes America/Port_of_Spain America/St_Vincent
    America/Tortola America/St_Thomas Etc/GMT+4 America/Virgin Brazil/West
Central Brazilian Standard Time: America/Cuiaba America/Campo_Grande
Newfoundland Standard Time: America/St_Johns Canada/Newfoundland
Pacific SA Standard Time: America/Santiago Chile/Continental
E. South America Standard Time: America/Sao_Paulo Brazil/East
Argentina Standard Time: America/Argentina/Buenos_Aires America/Argentina/La_Rioja
    America/Argentina/Rio_Gallegos America/Argentina/Salta America/Argentina/San_Juan
    America/Argentina/San_Luis America/Argentina/Tucuman America/Argentina/Ushuaia
    America/Argentina/Catamarca America/Argentina/Cordoba America/Argentina/Jujuy America/Argentina/Mendoza
    America/Buenos_Aires America/Catamarca America/Cordoba America/Jujuy America/Mendoza
    America/Argentina/ComodRivadavia America/Rosario
Montevideo Standard Time: America/Montevideo
Paraguay Standard Time: America/Asuncion
Bahia Standard Time: America/Bahia
Magallanes Standard Time: America/Punta_Arenas America/Coyhaique
SA Eastern Standard Time: America/Cayenne Antarctica/Rothera Antarctica/Palmer America/Fortaleza
    America/Belem America/Maceio America/Recife America/Santarem Atlantic/Stanley America/Paramaribo
    Etc/GMT+3
Tocantins Standard Time: America/Araguaina
Saint Pierre Standard Time: America/Miquelon
Greenland Standard Time: America/Nuuk America/Godthab
UTC-02: Etc/GMT+2 America/Noronha Atlantic/South_Georgia Brazil/DeNoronha
Azores Standard Time: Atlantic/Azores America/Scoresbysund
Cape Verde Standard Time: Atlantic/Cape_Verde Etc/GMT+1
UTC: UTC Etc/UTC Etc/GMT Etc/GMT+0 Etc/GMT-0 Etc/GMT0 Etc/Greenwich Etc/UCT Etc/Universal Etc/Zulu GMT GMT+0
    GMT-0 GMT0 Greenwich UCT Universal Zulu
GMT Standard Time: Europe/London Atlantic/Canary Atlantic/Faroe Europe/Guernsey Europe/Dublin
    Europe/Isle_of_Man Europe/Jersey Europe/Lisbon Atlantic/Madeira Atlantic/Faeroe Eire Europe/Belfast GB
    GB-Eire Portugal WET
Greenwich Standard Time: Atlantic/Reykjavik Africa/Ouagadougou Africa/Abidjan Africa/Accra
    America/Danmarkshavn Africa/Banjul Africa/Conakry Africa/Bissau Africa/Monrovia Africa/Bamako
    Africa/Nouakchott Atlantic/St_Helena Africa/Freetown Africa/Dakar Africa/Lome Africa/Timbuktu Iceland
Sao Tome Standard Time: Africa/Sao_Tome
W. Europe Standard Time: Europe/Berlin Europe/Andorra Europe/Vienna Europe/Zurich Europe/Busingen
    Europe/Gibraltar Europe/Rome Europe/Vaduz Europe/Luxembourg Europe/Monaco Europe/Malta Europe/Amsterdam
    Europe/Oslo Europe/Stockholm Arctic/Longyearbyen Europe/San_Marino Europe/Vatican Atlantic/Jan_Mayen CET
    MET
Romance Standard Time: Europe/Paris Europe/Brussels Europe/Copenhagen Europe/Madrid Africa/Ceuta
Central European Standard Time: Europe/Warsaw Europe/Sarajevo Europe/Zagreb Europe/Skopje Poland
Central Europe Standard Time: Europe/Budapest Europe/Tirane Europe/Prague Europe/Podgorica Europe/Belgrade
    Europe/Ljubljana Europe/Bratislava
W. Central Africa Standard Time: Africa/Lagos Africa/Luanda Africa/Porto-Novo Africa/Kinshasa Africa/Bangui
    Africa/Brazzaville Africa/Douala Africa/Algiers Africa/Libreville Africa/Malabo Africa/Niamey
    Africa/Ndjamena Africa/Tunis Etc/GMT-1
Morocco Standard Time: Africa/Casablanca Africa/El_Aaiun
GTB Standard Time: Europe/Bucharest Asia/Nicosia Asia/Famagusta Europe/Athens EET Europe/Nicosia
FLE Standard Time: Europe/Kyiv Europe/Mariehamn Europe/Sofia Europe/Tallinn Europe/Helsinki Europe/Vilnius
    Europe/Riga Europe/Kiev Europe/Uzhgorod Europe/Zaporozhye
Middle East Standard Time: Asia/Beirut
E. Europe Standard Time: Europe/Chisinau Europe/Tiraspol
Egypt Standard Time: Africa/Cairo Egypt
Israel Standard Time: Asia/Jerusalem Asia/Tel_Aviv Israel
West Bank Standard Time: Asia/Hebron Asia/Gaza
South Africa Standard Time: Africa/Johannesburg Africa/Bujumbura Africa/Gaborone Africa/Lubumbashi
    Africa/Maseru Africa/Blantyre Africa/Maputo Africa/Kigali Africa/Mbabane Africa/Lusaka Africa/Harare
    Etc/GMT-2
Kaliningrad Standard Time: Europe/Kaliningrad
Sudan Standard Time: Africa/Khartoum
Libya Standard Time: Africa/Tripoli Libya
South Sudan Standard Time: Africa/Juba
Namibia Standard Time: Africa/Windhoek
Russian Standard Time: Europe/Moscow Europe/Kirov Europe/Simferopol W-SU
Turkey Standard Time: Europe/Istanbul Asia/Istanbul Turkey
Arab Standard Time: Asia/Riyadh Asia/Bahrain Asia/Kuwait Asia/Qatar Asia/Aden
E. Africa Standard Time: Africa/Nairobi Antarctica/Syowa Africa/Djibouti Africa/Asmara Africa/Addis_Ababa
    Indian/Comoro Indian/Antananarivo Africa/Mogadishu Africa/Dar_es_Salaam Africa/Kampala Indian/Mayotte
    Africa/Asmera Etc/GMT-3
Arabic Standard Time: Asia/Baghdad
Belarus Standard Time: Europe/Minsk
Jordan Standard Time: Asia/Amman
Syria Standard Time: Asia/Damascus
Volgograd Standard Time: Europe/Volgograd
Iran Standard Time: Asia/Tehran Iran
Arabian Standard Time: Asia/Dubai Asia/Muscat Etc/GMT-4
Azerbaijan Standard Time: Asia/Baku
Georgian Standard Time: Asia/Tbilisi
Caucasus Standard Time: Asia/Yerevan
Russia Time Zone 3: Europe/Samara
Astrakhan Standard Time: Europe/Astrakhan Europe/Ulyanovsk
Saratov Standard Time: Europe/Saratov
Mauritius Standard Time: Indian/Mauritius Indian/Reunion Indian/Mahe
Afghanistan Standard Time: Asia/Kabul
Pakistan Standard Time: Asia/Karachi
West Asia Standard Time: Asia/Tashkent Antarctica/Mawson Asia/Oral Asia/Almaty Asia/Aqtau Asia/Aqtobe
    Asia/Atyrau Asia/Qostanay Indian/Maldives Indian/Kerguelen Asia/Dushanbe Asia/Ashgabat Asia/Samarkand
    Etc/GMT-5 Asia/Ashkhabad
Ekaterinburg Standard Time: Asia/Yekaterinburg
Qyzylorda Standard Time: Asia/Qyzylorda
India Standard Time: Asia/Kolkata Asia/Calcutta
Sri Lanka Standard Time: Asia/Colombo
Nepal Standard Time: Asia/Kathmandu Asia/Katmandu
Bangladesh Standard Time: Asia/Dhaka Asia/Thimphu Asia/Dacca Asia/Thimbu
Central Asia Standard Time: Asia/Bishkek Antarctica/Vostok Asia/Urumqi Indian/Chagos Etc/GMT-6 Asia/Kashgar
Omsk Standard Time: Asia/Omsk
Myanmar Standard Time: Asia/Yangon Indian/Cocos Asia/Rangoon
SE Asia Standard Time: Asia/Bangkok Antarctica/Davis Indian/Christmas Asia/Jakarta Asia/Pontianak
    Asia/Phnom_Penh Asia/Vientiane Asia/Ho_Chi_Minh Asia/Saigon Etc/GMT-7
N. Central Asia Standard Time: Asia/Novosibirsk
North Asia Standard Time: Asia/Krasnoyarsk Asia/Novokuznetsk
Altai Standard Time: Asia/Barnaul
Tomsk Standard Time: Asia/Tomsk
W. Mongolia Standard Time: Asia/Hovd
China Standard Time: Asia/Shanghai Asia/Hong_Kong Asia/Macau Asia/Chongqing Asia/Chungking Asia/Harbin
    Asia/Macao Hongkong PRC
Singapore Standard Time: Asia/Singapore Asia/Brunei Asia/Makassar Asia/Kuala_Lumpur Asia/Kuching Asia/Manila
    Etc/GMT-8 Asia/Ujung_Pandang Singapore
Taipei Standard Time: Asia/Taipei ROC
W. Australia Standard Time: Australia/Perth Australia/West
North Asia East Standard Time: Asia/Irkutsk
Ulaanbaatar Standard Time: Asia/Ulaanbaatar Asia/Choibalsan Asia/Ulan_Bator
Aus Central W. Standard Time: Australia/Eucla
Tokyo Standard Time: Asia/Tokyo Asia/Jayapura Pacific/Palau Asia/Dili Etc/GMT-9 Japan
Korea Standard Time: Asia/Seoul ROK
North Korea Standard Time: Asia/Pyongyang
Yakutsk Standard Time: Asia/Yakutsk Asia/Khandyga
Transbaikal Standard Time: Asia/Chita
Cen. Australia Standard Time: Australia/Adelaide Australia/Broken_Hill Australia/South Australia/Yancowinna
AUS Central Standard Time: Australia/Darwin Australia/North
E. Australia Standard Time: Australia/Brisbane Australia/Lindeman Australia/Queensland
West Pacific Standard Time: Pacific/Port_Moresby Antarctica/DumontDUrville Pacific/Chuuk Pacific/Guam
    Pacific/Saipan Pacific/Truk Etc/GMT-10 Pacific/Yap
Vladivostok Standard Time: Asia/Vladivostok Asia/Ust-Nera
AUS Eastern Standard Time: Australia/Sydney Australia/Melbourne Australia/ACT Australia/Canberra
    Australia/NSW Australia/Victoria
Tasmania Standard Time: Australia/Hobart Antarctica/Macquarie Australia/Currie Australia/Tasmania
Lord Howe Standard Time: Australia/Lord_Howe Australia/LHI
Central Pacific Standard Time: Pacific/Guadalcanal Antarctica/Casey Pacific/Pohnpei Pacific/Kosrae
    Pacific/Noumea Pacific/Efate Pacific/Ponape Etc/GMT-11
Magadan Standard Time: Asia/Magadan
Bougainville Standard Time: Pacific/Bougainville
Russia Time Zone 10: Asia/Srednekolymsk
Sakhalin Standard Time: Asia/Sakhalin
Norfolk Standard Time: Pacific/Norfolk
New Zealand Standard Time: Pacific/Auckland Antarctica/McMurdo Antarctica/South_Pole NZ
Fiji Standard Time: Pacific/Fiji
UTC+12: Etc/GMT-12 Pacific/Tarawa Pacific/Majuro Pacific/Kwajalein Pacific/Nauru Pacific/Funafuti
    Pacific/Wake Pacific/Wallis Kwajalein
Russia Time Zone 11: Asia/Kamchatka Asia/Anadyr
Chatham Islands Standard Time: Pacific/Chatham NZ-CHAT
Tonga Standard Time: Pacific/Tongatapu
Samoa Standard Time: Pacific/Apia
UTC+13: Etc/GMT-13 Pacific/Kanton Pacific/Fakaofo Pacific/Enderbury
Line Islands Standard Time: Pacific/Kiritimati Etc/GMT-14
"""

IANA_NAMES: Final = {
    windows: tuple(names.split())
    for windows, names in (row.split(": ") for row in re.sub(r"\n +", " ", _ROWS).splitlines())
}
"""Each zone of Windows with its IANA zones, the best known one first."""

WINDOWS_NAMES: Final = {name: windows for windows, names in IANA_NAMES.items() for name in names}
RANKS: Final = {
    name: (place, row) for row, names in enumerate(IANA_NAMES.values()) for place, name in enumerate(names)
}
"""How well known a zone is: the first of each row come before all others."""
