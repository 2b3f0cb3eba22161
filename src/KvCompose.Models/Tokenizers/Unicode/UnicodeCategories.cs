namespace KvCompose.Models.Tokenizers.Unicode;

/// <summary>General categories in the order of the stored table, and masks of several.</summary>
internal static class UnicodeCategories
{
    /// <summary>Two-letter names by number.</summary>
    public static readonly string[] Names =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    public static readonly int Letter = Mask("L");
    public static readonly int Mark = Mask("M");
    public static readonly int Number = Mask("N");
    public static readonly int Control = Mask("C");
    public static readonly int Punctuation = Mask("P");
    public static readonly int Symbol = Mask("S");
    public static readonly int DecimalDigit = Mask("Nd");
    public static readonly int Connector = Mask("Pc");
    public static readonly int Unassigned = Mask("Cn");

    private static readonly Dictionary<string, string> s_longNames = new(StringComparer.Ordinal)
    {
        ["letter"] = "L",
        ["uppercaseletter"] = "Lu",
        ["lowercaseletter"] = "Ll",
        ["titlecaseletter"] = "Lt",
        ["modifierletter"] = "Lm",
        ["otherletter"] = "Lo",
        ["mark"] = "M",
        ["combiningmark"] = "M",
        ["nonspacingmark"] = "Mn",
        ["spacingmark"] = "Mc",
        ["enclosingmark"] = "Me",
        ["number"] = "N",
        ["decimalnumber"] = "Nd",
        ["letternumber"] = "Nl",
        ["othernumber"] = "No",
        ["separator"] = "Z",
        ["spaceseparator"] = "Zs",
        ["lineseparator"] = "Zl",
        ["paragraphseparator"] = "Zp",
        ["other"] = "C",
        ["control"] = "Cc",
        ["format"] = "Cf",
        ["surrogate"] = "Cs",
        ["privateuse"] = "Co",
        ["unassigned"] = "Cn",
        ["punctuation"] = "P",
        ["connectorpunctuation"] = "Pc",
        ["dashpunctuation"] = "Pd",
        ["openpunctuation"] = "Ps",
        ["closepunctuation"] = "Pe",
        ["initialpunctuation"] = "Pi",
        ["finalpunctuation"] = "Pf",
        ["otherpunctuation"] = "Po",
        ["symbol"] = "S",
        ["mathsymbol"] = "Sm",
        ["currencysymbol"] = "Sc",
        ["modifiersymbol"] = "Sk",
        ["othersymbol"] = "So",
    };

    /// <summary>The mask of a category or a group of them by its name in lower case without separators; 0 for another name.</summary>
    public static int Find(string name)
    {
        if (name == "lc")
        {
            return Mask("Lu") | Mask("Ll") | Mask("Lt");
        }

        string wanted = s_longNames.GetValueOrDefault(name, name);
        return wanted.Length is 1 or 2 ? Mask(wanted) : 0;
    }

    private static int Mask(string prefix)
    {
        int mask = 0;
        for (int i = 0; i < Names.Length; i++)
        {
            mask |= Names[i].StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? 1 << i : 0;
        }

        return mask;
    }
}
