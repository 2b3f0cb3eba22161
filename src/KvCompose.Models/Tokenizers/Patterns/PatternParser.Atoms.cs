using System.Text;
using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Patterns;

internal sealed partial class PatternParser
{
    /// <summary>
    /// Reads one part. True for a plain character; else the node, or null for a comment.
    /// </summary>
    private bool Atom(out PatternNode? node, out int character)
    {
        node = null;
        character = _source[_at++];
        switch (character)
        {
            case '\\':
                return Escape(out node, out character);
            case '[':
                node = Bracket();
                return false;
            case '(':
                node = Group();
                return false;
            case '.':
                node = new PatternNode.Set((_modes & Modes.DotIsAll) != 0 ? CharacterSet.All : PropertyNames.NotLineFeed);
                return false;
            case '^':
                node = new PatternNode.Anchor(AnchorKind.LineStart);
                return false;
            case '$':
                node = new PatternNode.Anchor(AnchorKind.LineEnd);
                return false;
            case '*' or '+' or '?':
                throw Error($"has '{(char)character}' with nothing to repeat");
            default:
                return true;
        }
    }

    private PatternNode? Group()
    {
        if (!Take('?'))
        {
            return _named ? Close(Alternation()) : Capture(null);
        }

        if (Take('#'))
        {
            while (!AtEnd && Current != ')')
            {
                _at += Current == '\\' ? 2 : 1;
            }

            _at = Math.Min(_at, _source.Length);
            Close(null!);
            return null;
        }

        if (TakeAll(":"))
        {
            return Close(Alternation());
        }

        if (TakeAll(">"))
        {
            return Close(new PatternNode.Atomic(Alternation()));
        }

        if (TakeAll("=") || TakeAll("!"))
        {
            bool negative = _source[_at - 1] == '!';
            return Close(new PatternNode.Look(Alternation(), Behind: false, negative));
        }

        if (TakeAll("<=") || TakeAll("<!"))
        {
            bool negative = _source[_at - 1] == '!';
            return Close(new PatternNode.Look(Alternation(), Behind: true, negative));
        }

        if (TakeAll("<") || TakeAll("'"))
        {
            return Capture(Name(_source[_at - 1] == '<' ? '>' : '\''));
        }

        return ModeSwitch();
    }

    private PatternNode Close(PatternNode node) => Take(')') ? node : throw Error("lacks a ')'");

    private PatternNode Capture(string? name)
    {
        int group = ++_groups;
        if (name is not null)
        {
            if (!_names.TryGetValue(name, out List<int>? groups))
            {
                _names[name] = groups = [];
            }

            groups.Add(group);
        }

        return Close(new PatternNode.Capture(group, Alternation()));
    }

    private string Name(int end)
    {
        var name = new StringBuilder();
        while (!AtEnd && Current != end)
        {
            name.Append(char.ConvertFromUtf32(_source[_at++]));
        }

        return Take(end) && name.Length > 0 ? name.ToString() : throw Error("has a group without a name");
    }

    /// <summary>(?i-m) for the rest of the group, which Ruby's syntax makes a group of its own, or (?i-m:…).</summary>
    private PatternNode ModeSwitch()
    {
        Modes modes = _modes;
        bool off = false;
        while (!AtEnd && Current is not (')' or ':'))
        {
            int c = _source[_at++];
            if (c == '-')
            {
                off = true;
                continue;
            }

            Modes mode = c switch
            {
                'i' => Modes.IgnoreCase,
                'm' => Modes.DotIsAll,
                'x' => Modes.Extended,
                _ => throw Error($"uses the unsupported group '(?{char.ConvertFromUtf32(c)}'"),
            };
            modes = off ? modes & ~mode : modes | mode;
        }

        bool own = Take(':');
        if (!own)
        {
            Close(null!);
        }

        Modes outer = _modes;
        _modes = modes;
        PatternNode body = Alternation();
        _modes = outer;
        return own ? Close(body) : body;
    }

    private bool Escape(out PatternNode? node, out int character)
    {
        node = null;
        character = AtEnd ? throw Error("ends with a '\\'") : _source[_at++];
        node = character switch
        {
            'd' => new PatternNode.Set(PropertyNames.Digit),
            'D' => new PatternNode.Set(PropertyNames.Digit.Complement()),
            's' => new PatternNode.Set(PropertyNames.WhiteSpace),
            'S' => new PatternNode.Set(PropertyNames.WhiteSpace.Complement()),
            'w' => new PatternNode.Set(PropertyNames.WordAlone),
            'W' => new PatternNode.Set(PropertyNames.WordAlone.Complement()),
            'h' => new PatternNode.Set(PropertyNames.HexDigit),
            'H' => new PatternNode.Set(PropertyNames.HexDigit.Complement()),
            'N' => new PatternNode.Set(PropertyNames.NotLineFeed),
            'O' => new PatternNode.Set(CharacterSet.All),
            'p' or 'P' => new PatternNode.Set(Property(character == 'P')), // Outside brackets, case is not ignored.
            'R' => NewLine(),
            'A' => new PatternNode.Anchor(AnchorKind.TextStart),
            'z' => new PatternNode.Anchor(AnchorKind.TextEnd),
            'Z' => new PatternNode.Anchor(AnchorKind.TextEndBeforeNewline),
            'G' => new PatternNode.Anchor(AnchorKind.SearchStart),
            'b' => new PatternNode.Anchor(AnchorKind.WordBoundary),
            'B' => new PatternNode.Anchor(AnchorKind.NoWordBoundary),
            'k' => NamedReference(),
            'X' or 'y' or 'Y' or 'K' or 'g' or 'M' or 'C' or 'c' => throw Error($"uses the unsupported escape '\\{(char)character}'"),
            >= '1' and <= '9' => NumberedReference(),
            _ => null,
        };
        if (node is not null)
        {
            return false;
        }

        character = CharacterEscape(character);
        return true;
    }

    private static PatternNode NewLine()
    {
        var lineFeeds = new PatternNode.Concatenation([Literal('\r'), Literal('\n')]);
        CharacterSet single = CharacterSet.Of('\n', '\r').Union(CharacterSet.Of([0x85, 0x2028, 0x2029]));
        return new PatternNode.Atomic(new PatternNode.Alternation([lineFeeds, new PatternNode.Set(single)]));
    }

    private static PatternNode.Set Literal(int c) => new(CharacterSet.Of(c, c));

    private PatternNode.BackReference NamedReference()
    {
        if (!Take('<') && !Take('\''))
        {
            throw Error("has a '\\k' without a name");
        }

        string name = Name(_source[_at - 1] == '<' ? '>' : '\'');
        if (int.TryParse(name, out int number))
        {
            number = number < 0 ? _groups + 1 + number : number;
            return Reference([number]);
        }

        return _names.TryGetValue(name, out List<int>? groups) ? Reference([.. groups]) : throw Error($"refers to a group '{name}' that it lacks");
    }

    private PatternNode.BackReference? NumberedReference()
    {
        int start = _at - 1;
        _at = start;
        Digits(out int number);
        if (number > 9 && number > _captures)
        {
            _at = start + 1;
            return null; // An octal number.
        }

        return _named ? throw Error("refers to a group by number beside named ones") : Reference([number]);
    }

    private PatternNode.BackReference Reference(int[] groups)
        => groups.All(group => group > 0 && group <= Math.Max(_captures, _groups))
            ? new PatternNode.BackReference(groups, IgnoresCase)
            : throw Error("refers to a group that it lacks");

    private int CharacterEscape(int c)
    {
        switch (c)
        {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 'f':
                return '\f';
            case 'v':
                return '\v';
            case 'a':
                return 7;
            case 'e':
                return 27;
            case 'u':
                return Number(16, 4, exactly: true);
            case 'x' when Take('{'):
                int value = Number(16, 8, exactly: false);
                return Take('}') ? value : throw Error("has a '\\x{' without its end");
            case 'x':
                return Number(16, 2, exactly: false);
            case >= '0' and <= '7':
                _at--;
                return Number(8, 3, exactly: false);
            default:
                return c;
        }
    }

    private int Number(int radix, int most, bool exactly)
    {
        int start = _at;
        long value = 0;
        while (!AtEnd && _at - start < most && Current < 128 && Uri.IsHexDigit((char)Current)
            && System.Convert.ToInt32(((char)Current).ToString(), 16) is var digit && digit < radix)
        {
            value = value * radix + digit;
            _at++;
        }

        return value < UnicodeData.Limit && value is not (>= 0xD800 and <= 0xDFFF) && (exactly ? _at - start == most : _at > start)
            ? (int)value
            : throw Error("has an escape that gives no character");
    }

    private CharacterSet Property(bool negative)
    {
        if (!Take('{'))
        {
            throw Error("has a '\\p' without '{'");
        }

        negative ^= Take('^');
        string name = Name('}');
        CharacterSet set = PropertyNames.Find(name) ?? throw Error($"uses the unknown property '{name}'");
        return negative ? set.Complement() : set;
    }

    private PatternNode CaseClosed(CharacterSet set, bool negative = false)
    {
        if (!IgnoresCase)
        {
            return new PatternNode.Set(negative ? set.Complement() : set);
        }

        (CharacterSet closed, List<int[]> sequences) = CaseFolding.Close(set);
        if (negative)
        {
            return new PatternNode.Set(closed.Complement());
        }

        return sequences.Count == 0
            ? new PatternNode.Set(closed)
            : new PatternNode.Alternation([new PatternNode.Set(closed), .. sequences.Select(sequence => new PatternNode.Folded(sequence))]);
    }
}
