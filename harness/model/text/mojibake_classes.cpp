// Made by scripts/make_text_tables.py; not edited by hand.
// clang-format off: tables
#include "model/text/tables.hpp"

namespace lacuna::text {

const std::array<CharacterClassTable, 19> kCharacterClasses{{
    {CharacterClass::common, U"\u00A0\u00AD´·–—―’…"},
    {CharacterClass::c1, U"\u0080-\u009F"},
    {CharacterClass::bad, U"¤¦¨ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊�"},
    {CharacterClass::law, U"§¶"},
    {CharacterClass::currency, U"¢£¥₧€"},
    {CharacterClass::start_punctuation, U"¡©«¿΄΅‘‚“„•‹\uF8FF"},
    {CharacterClass::end_punctuation, U"®»˝”›™"},
    {CharacterClass::numeric, U"±²³µ¹¼½¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥"},
    {CharacterClass::kaomoji, U"°Ò-ÖÙ-Üò-öø-üŌŐŪŲ"},
    {CharacterClass::upper_accented, U"À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ"},
    {CharacterClass::lower_accented, U"ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґﬁﬂ"},
    {CharacterClass::upper_common, U"ÞΆΈΉΊΌΎΏΑ-ΫЁ-Я"},
    {CharacterClass::lower_common, U"ά-ωа-џ"},
    {CharacterClass::box, U"│┌┐┘├┤┬┼═-╬▀▄█▌▐-▓"},
    {CharacterClass::lead_of_2, U"Â-ßĀĂĆČĎĐĒĖĘĚĞĢĪİĶĹĻŁŃŅŇŌŐŘŚŞŠŢŪŮŰŲŹŻŽΒ-ΡΣ-ίВ-Я"},
    {CharacterClass::lead_of_3, U"à-ïāăąćčďēėęěģīįķĺļŕźΰ-οа-п"},
    {CharacterClass::lead_of_4, U"ðóđğšπσру"},
    {CharacterClass::continuation,
     U" \u0080-¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ-šŤťŸ-žƒˆˇ˘˛˜˝΄΅ΆΈΉΊΌΎΏЁ-ЌЎЏё-ќўџҐґ–—―‘’‚“”„†‡•…‰‹›€№™"},
    {CharacterClass::continuation_strict,
     U"\u0080-¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ-šŤťŸ-žƒˆˇ˘˛˜˝΄΅ΆΈΉΊΌΎΏЁ-ЌЎЏё-ќўџҐґ†‡‰‹›€№™"},
}};

}  // namespace lacuna::text
