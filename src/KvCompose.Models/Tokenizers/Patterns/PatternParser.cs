using KvCompose.Models.Tokenizers.Unicode;

namespace KvCompose.Models.Tokenizers.Patterns;

/// <summary>Parses the dialect that tokenizers use: Oniguruma with Ruby's syntax, over code points.</summary>
internal sealed partial class PatternParser
{
    private const int MaxDepth = 100;
    private const int MaxQuantifiers = 8;
    private const int MaxRepeat = 100_000;

    private readonly int[] _source;
    private readonly Dictionary<string, List<int>> _names = new(StringComparer.Ordinal);
    private readonly bool _named;
    private readonly int _captures;
    private int _at;
    private int _groups;
    private int _depth;
    private Modes _modes;

    private PatternParser(int[] source)
    {
        _source = source;
        (_named, _captures) = CountGroups();
    }

    [Flags]
    private enum Modes
    {
        None = 0,
        IgnoreCase = 1,
        DotIsAll = 2,
        Extended = 4,
    }

    private bool IgnoresCase => (_modes & Modes.IgnoreCase) != 0;

    private bool AtEnd => _at == _source.Length;

    private int Current => _source[_at];

    /// <summary>Gives the pattern and the number of its groups.</summary>
    /// <exception cref="PatternException">The text is no pattern, or uses an unsupported construct.</exception>
    public static (PatternNode Root, int Groups) Parse(string pattern)
    {
        string text = CodePoints.Sanitize(pattern);
        var source = new List<int>(text.Length);
        for (int i = 0; i < text.Length; i += CodePoints.Length(text, i))
        {
            source.Add(CodePoints.At(text, i));
        }

        var parser = new PatternParser([.. source]);
        PatternNode root = parser.Alternation();
        return parser.AtEnd ? (root, parser._groups) : throw parser.Error("has a ')' too many");
    }

    /// <summary>Groups without a name capture only where no group has one.</summary>
    private (bool Named, int Captures) CountGroups()
    {
        bool named = false;
        int plain = 0, inBrackets = 0;
        for (int i = 0; i < _source.Length; i++)
        {
            switch (_source[i])
            {
                case '\\':
                    i++;
                    break;
                case '[':
                    inBrackets++;
                    break;
                case ']' when inBrackets > 0:
                    inBrackets--;
                    break;
                case '(' when inBrackets == 0 && Peek(i + 1) != '?':
                    plain++;
                    break;
                case '(' when inBrackets == 0:
                    named |= Peek(i + 2) == '\'' || (Peek(i + 2) == '<' && Peek(i + 3) is not ('=' or '!'));
                    break;
            }
        }

        return (named, named ? 0 : plain);
    }

    private int Peek(int index) => index < _source.Length ? _source[index] : -1;

    private bool Take(int character)
    {
        if (!AtEnd && Current == character)
        {
            _at++;
            return true;
        }

        return false;
    }

    private bool TakeAll(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (Peek(_at + i) != text[i])
            {
                return false;
            }
        }

        _at += text.Length;
        return true;
    }

    private PatternException Error(string problem) => new($"{problem} at character {_at}");

    private PatternNode Alternation()
    {
        if (++_depth > MaxDepth)
        {
            throw Error($"is nested more than {MaxDepth} deep");
        }

        Modes modes = _modes;
        var branches = new List<PatternNode> { Sequence() };
        while (Take('|'))
        {
            branches.Add(Sequence());
        }

        _modes = modes;
        _depth--;
        return branches.Count == 1 ? branches[0] : new PatternNode.Alternation(branches);
    }

    private PatternNode Sequence()
    {
        var parts = new List<PatternNode>();
        var folded = new List<int>();
        while (!AtEnd && Current is not ('|' or ')'))
        {
            if (SkipExtended())
            {
                continue;
            }

            int before = _at;
            bool plain = Atom(out PatternNode? node, out int character);
            if (plain && IgnoresCase && !AtEnd && !IsQuantifier())
            {
                folded.Add(character);
                continue;
            }

            if (plain && IgnoresCase && AtEnd)
            {
                folded.Add(character);
                break;
            }

            Flush(parts, folded);
            if (node is null && !plain)
            {
                continue; // A comment, or a switch that changes the mode for the rest of the group.
            }

            node ??= IgnoresCase ? FoldedText([character]) : new PatternNode.Set(CharacterSet.Of(character, character));
            parts.Add(Quantified(node, before));
        }

        Flush(parts, folded);
        return parts.Count == 1 ? parts[0] : new PatternNode.Concatenation(parts);
    }

    private bool SkipExtended()
    {
        if ((_modes & Modes.Extended) == 0 || !(Current == '#' || (Current < 128 && UnicodeData.IsWhiteSpace(Current))))
        {
            return false;
        }

        if (Current == '#')
        {
            while (!AtEnd && Current != '\n')
            {
                _at++;
            }
        }
        else
        {
            _at++;
        }

        return true;
    }

    private static void Flush(List<PatternNode> parts, List<int> folded)
    {
        if (folded.Count > 0)
        {
            parts.Add(FoldedText(folded));
            folded.Clear();
        }
    }

    private static PatternNode FoldedText(IEnumerable<int> characters)
    {
        var sequence = new List<int>();
        Span<int> single = stackalloc int[1];
        foreach (int c in characters)
        {
            sequence.AddRange(CaseFolding.Fold(c, single));
        }

        return new PatternNode.Folded([.. sequence]);
    }

    private bool IsQuantifier() => Current is '*' or '+' or '?' || (Current == '{' && TryInterval(out _, out _, take: false));

    private PatternNode Quantified(PatternNode node, int before)
    {
        while (!AtEnd && SkipExtended())
        {
        }

        for (int levels = 0; !AtEnd; levels++)
        {
            int least, most;
            bool interval = false;
            switch (Current)
            {
                case '*':
                    (least, most) = (0, -1);
                    _at++;
                    break;
                case '+':
                    (least, most) = (1, -1);
                    _at++;
                    break;
                case '?':
                    (least, most) = (0, 1);
                    _at++;
                    break;
                case '{' when TryInterval(out least, out most, take: true):
                    interval = true;
                    break;
                default:
                    return node;
            }

            if (node is PatternNode.Anchor or PatternNode.Look { Negative: true })
            {
                // Repeating a test of the position is the test, or nothing.
                node = least == 0 ? new PatternNode.Concatenation([]) : node;
            }

            // After an interval, '+' is a further quantifier, and so is '?' after a fixed one.
            RepeatKind kind = Take('?', unless: interval && least == most) ? RepeatKind.Lazy
                : Take('+', unless: interval) ? RepeatKind.Possessive : RepeatKind.Greedy;
            if (levels == MaxQuantifiers)
            {
                throw new PatternException($"has more than {MaxQuantifiers} quantifiers on one part at character {before}");
            }

            node = most >= 0 && most < least
                ? new PatternNode.Repeat(node, most, least, RepeatKind.Possessive) // What Ruby's syntax makes of {4,2}.
                : new PatternNode.Repeat(node, least, most, kind);
        }

        return node;
    }

    private bool Take(int character, bool unless) => !unless && Take(character);

    private bool TryInterval(out int least, out int most, bool take)
    {
        int start = _at++;
        least = most = 0;
        bool hasLeast = Digits(out least), comma = Take(','), hasMost = comma && Digits(out most);
        bool valid = Take('}') && (hasLeast || hasMost);
        if (!valid || !take)
        {
            _at = start;
        }

        if (!valid)
        {
            return false;
        }

        most = !comma ? least : hasMost ? most : -1;
        return true;
    }

    private bool Digits(out int value)
    {
        int start = _at;
        value = 0;
        while (!AtEnd && Current is >= '0' and <= '9')
        {
            value = 10 * value + _source[_at++] - '0';
            if (value > MaxRepeat)
            {
                throw Error($"repeats more than {MaxRepeat} times");
            }
        }

        return _at > start;
    }
}
