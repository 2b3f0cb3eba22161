using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace KvCompose.Models.Tokenizers;

/// <summary>Cuts a piece of text into finer ones, whose tokens are found independently.</summary>
/// <param name="pattern">What a finer piece looks like; null cuts nothing.</param>
/// <param name="keepsGaps">Whether what lies between two matches is a piece, or left out.</param>
/// <param name="addsPrefixSpace">Whether a piece is given a space in front before it is cut.</param>
internal sealed class PieceSplitter(Regex? pattern, bool keepsGaps, bool addsPrefixSpace)
{
    public void Split(string piece, List<string> finer)
    {
        if (addsPrefixSpace && !piece.StartsWith(' '))
        {
            piece = " " + piece;
        }

        if (pattern is null)
        {
            finer.Add(piece);
            return;
        }

        (string shadow, int[]? places) = Shadow(piece);
        int start = 0;
        for (Match match = pattern.Match(shadow); match.Success; match = match.NextMatch())
        {
            if (match.Length == 0)
            {
                continue;
            }

            Gap(piece, Place(start), Place(match.Index), finer);
            start = match.Index + match.Length;
            finer.Add(piece[Place(match.Index)..Place(start)]);
        }

        Gap(piece, Place(start), piece.Length, finer);

        int Place(int index) => places is null ? index : places[index];
    }

    private void Gap(string piece, int start, int end, List<string> finer)
    {
        if (keepsGaps && end > start)
        {
            finer.Add(piece[start..end]);
        }
    }

    /// <summary>
    /// .NET matches UTF-16 units, the patterns mean whole characters: a character beyond U+FFFF is matched as a stand-in of
    /// its category. Also gives the place of every stand-in, and the end.
    /// </summary>
    private static (string Text, int[]? Places) Shadow(string piece)
    {
        if (!piece.Any(char.IsSurrogate))
        {
            return (piece, null);
        }

        var text = new StringBuilder(piece.Length);
        var places = new List<int>(piece.Length + 1);
        int place = 0;
        foreach (Rune rune in piece.EnumerateRunes())
        {
            places.Add(place);
            text.Append(rune.IsBmp ? (char)rune.Value : StandIn(Rune.GetUnicodeCategory(rune)));
            bool pair = place + 1 < piece.Length && char.IsSurrogatePair(piece[place], piece[place + 1]);
            place += pair ? 2 : 1;
        }

        places.Add(place);
        return (text.ToString(), [.. places]);
    }

    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u00C4',
        UnicodeCategory.LowercaseLetter => '\u00E4',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => '\u02B0',
        UnicodeCategory.OtherLetter => '\u4E00',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u2160',
        UnicodeCategory.OtherNumber => '\u00B2',
        UnicodeCategory.NonSpacingMark => '\u0300',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.OtherPunctuation => '\u00A1',
        _ => '\u00A9',
    };
}
