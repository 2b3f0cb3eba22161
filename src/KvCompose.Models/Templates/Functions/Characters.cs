using System.Globalization;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates.Functions;

/// <summary>Kinds of characters, as the is… methods of Python's strings know them.</summary>
internal static class Characters
{
    public static IEnumerable<int> Points(string text)
    {
        for (int i = 0; i < text.Length; i += Text.UnitsAt(text, i))
        {
            yield return Text.CodePointAt(text, i);
        }
    }

    public static bool IsLetter(int point) => CharUnicodeInfo.GetUnicodeCategory(point) <= UnicodeCategory.OtherLetter;

    public static bool IsDecimal(int point) => CharUnicodeInfo.GetUnicodeCategory(point) == UnicodeCategory.DecimalDigitNumber;

    public static bool IsDigit(int point)
    {
        string text = point is >= 0xD800 and <= 0xDFFF ? " " : char.ConvertFromUtf32(point);
        return CharUnicodeInfo.GetDigitValue(text, 0) >= 0;
    }

    public static bool IsNumeric(int point)
    {
        string text = point is >= 0xD800 and <= 0xDFFF ? " " : char.ConvertFromUtf32(point);
        return CharUnicodeInfo.GetNumericValue(text, 0) >= 0
            || CharUnicodeInfo.GetUnicodeCategory(point) is UnicodeCategory.LetterNumber or UnicodeCategory.DecimalDigitNumber;
    }

    public static bool IsUpper(string text) => Has(text, Casing.IsUpper, point => Casing.IsLower(point) || Casing.IsTitle(point));

    public static bool IsLower(string text) => Has(text, Casing.IsLower, point => Casing.IsUpper(point) || Casing.IsTitle(point));

    /// <summary>Whether upper case begins every word, and only there.</summary>
    public static bool IsTitle(string text)
    {
        bool inside = false, any = false;
        foreach (int point in Points(text))
        {
            bool upper = Casing.IsUpper(point) || Casing.IsTitle(point), lower = Casing.IsLower(point);
            if ((upper && inside) || (lower && !inside))
            {
                return false;
            }

            inside = upper || lower;
            any |= inside;
        }

        return any;
    }

    public static bool IsIdentifier(string text)
    {
        bool first = true;
        foreach (int point in Points(text))
        {
            UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(point);
            bool start = category is <= UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber || point == '_';
            bool inner = category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.ConnectorPunctuation;
            if (!start && (first || !inner))
            {
                return false;
            }

            first = false;
        }

        return !first;
    }

    private static bool Has(string text, Func<int, bool> wanted, Func<int, bool> refused)
    {
        bool any = false;
        foreach (int point in Points(text))
        {
            if (refused(point))
            {
                return false;
            }

            any |= wanted(point);
        }

        return any;
    }
}
