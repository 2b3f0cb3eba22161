namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>Bracket expressions: ranges, nested sets, intersections, named sets.</summary>
internal sealed partial class PatternParser
{
    private PatternNode Bracket()
    {
        CharacterSet set = BracketSet(out bool negative);
        return CaseClosed(set, negative);
    }

    private CharacterSet BracketSet(out bool negative)
    {
        if (++_depth > MaxDepth)
        {
            throw Error($"is nested more than {MaxDepth} deep");
        }

        negative = Take('^');
        CharacterSet? intersection = null;
        CharacterSet union = CharacterSet.Empty;
        bool first = true, some = false;
        while (true)
        {
            if (AtEnd)
            {
                throw Error("lacks a ']'");
            }

            if (Current == ']' && !(first && _source.AsSpan(_at + 1).Contains(']')))
            {
                _at++;
                break;
            }

            if (Current == '&' && Peek(_at + 1) == '&')
            {
                _at += 2;
                intersection = intersection?.Intersect(union) ?? union;
                union = CharacterSet.Empty;
                first = false;
                some = true;
                continue;
            }

            union = union.Union(Element(first));
            first = false;
            some = true;
        }

        _depth--;
        return some ? intersection?.Intersect(union) ?? union : throw Error("has empty brackets");
    }

    private CharacterSet Element(bool first)
    {
        int c = _source[_at++];
        switch (c)
        {
            case '[' when Current == ':' && Posix() is { } named:
                return named;
            case '[':
                CharacterSet inner = BracketSet(out bool negative);
                return negative ? inner.Complement() : inner;
            case '\\':
                if (ClassEscape(out int escaped) is { } set)
                {
                    return set;
                }

                c = escaped;
                break;
        }

        if (AtEnd || Current != '-' || Peek(_at + 1) is ']' or -1 || (Peek(_at + 1) == '&' && Peek(_at + 2) == '&'))
        {
            return CharacterSet.Of(c, c);
        }

        int hyphen = _at++;
        int last = _source[_at++];
        if (last == '[')
        {
            _at = hyphen; // The hyphen stands for itself before a nested set.
            return CharacterSet.Of(c, c);
        }

        if (last == '\\' && ClassEscape(out last) is { } after)
        {
            return after.Union(CharacterSet.Of([c, '-']));
        }

        return last >= c ? CharacterSet.Of(c, last) : throw Error("has a range whose end comes before its start");
    }

    private CharacterSet? ClassEscape(out int character)
    {
        character = AtEnd ? throw Error("ends with a '\\'") : _source[_at++];
        switch (character)
        {
            case 'd':
                return PropertyNames.Digit;
            case 'D':
                return PropertyNames.Digit.Complement();
            case 's':
                return PropertyNames.WhiteSpace;
            case 'S':
                return PropertyNames.WhiteSpace.Complement();
            case 'w':
                return PropertyNames.Word;
            case 'W':
                return PropertyNames.Word.Complement();
            case 'h':
                return PropertyNames.HexDigit;
            case 'H':
                return PropertyNames.HexDigit.Complement();
            case 'p' or 'P':
                return Property(character == 'P');
            case 'b':
                character = 8;
                return null;
            case 'c' or 'C' or 'M' or 'R' or 'X' or 'N' or 'O':
                throw Error($"uses the unsupported escape '\\{(char)character}' in brackets");
            default:
                character = CharacterEscape(character);
                return null;
        }
    }

    private CharacterSet? Posix()
    {
        int start = _at++;
        bool negative = Take('^');
        int name = _at;
        while (!AtEnd && Current is >= 'a' and <= 'z')
        {
            _at++;
        }

        string text = string.Concat(_source[name.._at].Select(c => (char)c));
        if (!TakeAll(":]") || text.Length == 0)
        {
            _at = start;
            return null;
        }

        CharacterSet set = text is "alnum" or "alpha" or "blank" or "cntrl" or "digit" or "graph" or "lower" or "print" or "punct" or "space" or "upper"
            or "xdigit" or "ascii" or "word" ? PropertyNames.Find(text)! : throw Error($"uses the unknown set '[:{text}:]'");
        return negative ? set.Complement() : set;
    }
}
