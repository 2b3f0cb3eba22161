using System.Text;

namespace KvCompose.Models.Sampling.Grammars;

/// <summary>The parts of JSON as grammars. White space is bounded, so that a model cannot write it for ever.</summary>
internal static class JsonNodes
{
    private const int MostIndent = 20;
    private const int MostDigits = 16;

    private static readonly GrammarNode Digit = Bytes(('0', '9'));

    private static readonly GrammarNode Hex = Bytes(('0', '9'), ('a', 'f'), ('A', 'F'));

    private static readonly GrammarNode Continuation = Bytes((0x80, 0xBF));

    public static GrammarNode Empty { get; } = new SequenceNode();

    /// <summary>Nothing, a space, or a line end and an indent.</summary>
    public static GrammarNode Space { get; } = new ChoiceNode(
        Empty, Bytes((' ', ' ')), new SequenceNode(Bytes(('\n', '\n')), new RepeatNode(Bytes((' ', ' '), ('\t', '\t')), 0, MostIndent)));

    /// <summary>A backslash and what may follow it. Escapes of lone surrogates are left out.</summary>
    public static GrammarNode ShortEscape { get; } = new SequenceNode(
        Literal("\\"), Bytes(('"', '"'), ('\\', '\\'), ('b', 'b'), ('f', 'f'), ('n', 'n'), ('r', 'r'), ('t', 't')));

    /// <summary>A character of two to four bytes.</summary>
    public static GrammarNode MultiByteCharacter { get; } = MultiByte();

    /// <summary>One character of a string, escaped or not.</summary>
    public static GrammarNode Character { get; } = new ChoiceNode(
        Bytes((0x20, 0x21), (0x23, 0x5B), (0x5D, 0x7F)),
        MultiByteCharacter,
        ShortEscape,
        Literal("\\/"),
        new SequenceNode(Literal("\\u"), new ChoiceNode(
            new SequenceNode(Bytes(('0', '9'), ('a', 'c'), ('A', 'C'), ('e', 'f'), ('E', 'F')), new RepeatNode(Hex, 3, 3)),
            new SequenceNode(Bytes(('d', 'd'), ('D', 'D')), Bytes(('0', '7')), new RepeatNode(Hex, 2, 2)))));

    public static GrammarNode AnyString { get; } = String(0, RepeatNode.Unbounded);

    /// <summary>A whole number of at most 16 digits.</summary>
    public static GrammarNode AnyInteger { get; } = new SequenceNode(Optional(Literal("-")), Whole());

    public static GrammarNode AnyNumber { get; } = new SequenceNode(
        AnyInteger,
        Optional(new SequenceNode(Literal("."), new RepeatNode(Digit, 1, MostDigits))),
        Optional(new SequenceNode(Bytes(('e', 'e'), ('E', 'E')), Optional(Bytes(('+', '+'), ('-', '-'))), new RepeatNode(Digit, 1, 2))));

    public static GrammarNode Boolean { get; } = new ChoiceNode(Literal("true"), Literal("false"));

    public static GrammarNode Null { get; } = Literal("null");

    /// <summary>Any object.</summary>
    public static GrammarNode AnyObject { get; } = new ReferenceNode();

    /// <summary>Any array.</summary>
    public static GrammarNode AnyArray { get; } = new ReferenceNode();

    /// <summary>Any value.</summary>
    public static GrammarNode AnyValue { get; } = MakeAnyValue();

    public static GrammarNode Literal(string text)
    {
        GrammarNode[] bytes = [.. Encoding.UTF8.GetBytes(text).Select(b => Bytes((b, b)))];
        return bytes.Length == 1 ? bytes[0] : new SequenceNode(bytes);
    }

    /// <summary>One of several texts, as a tree of their first bytes.</summary>
    public static GrammarNode OneOf(IEnumerable<string> texts) => Tree([.. texts.Distinct().Select(Encoding.UTF8.GetBytes)], 0);

    public static GrammarNode Bytes(params ReadOnlySpan<(int First, int Last)> ranges) => new ByteNode(ByteSet.Of(ranges));

    public static GrammarNode Optional(GrammarNode node) => new ChoiceNode(node, Empty);

    /// <summary>A string of a number of characters.</summary>
    public static GrammarNode String(int least, int most) =>
        new SequenceNode(Literal("\""), new RepeatNode(Character, least, most), Literal("\""));

    /// <summary>Items in brackets with commas between them.</summary>
    public static GrammarNode Array(GrammarNode item, int least, int most)
    {
        if (most == 0)
        {
            return new SequenceNode(Literal("["), Space, Literal("]"));
        }

        var more = new RepeatNode(new SequenceNode(Literal(","), Space, item, Space), Math.Max(least - 1, 0), most == RepeatNode.Unbounded ? most : most - 1);
        GrammarNode items = new SequenceNode(item, Space, more);
        return new SequenceNode(Literal("["), Space, least == 0 ? Optional(items) : items, Literal("]"));
    }

    public static GrammarNode Member(GrammarNode key, GrammarNode value) => new SequenceNode(key, Space, Literal(":"), Space, value, Space);

    /// <summary>Members in braces with commas between them, in any number.</summary>
    public static GrammarNode Object(GrammarNode member) => new SequenceNode(
        Literal("{"),
        Space,
        Optional(new SequenceNode(member, new RepeatNode(new SequenceNode(Literal(","), Space, member), 0, RepeatNode.Unbounded))),
        Literal("}"));

    private static ChoiceNode MakeAnyValue()
    {
        var value = new ChoiceNode(AnyString, AnyNumber, Boolean, Null, AnyObject, AnyArray);
        ((ReferenceNode)AnyObject).Target = Object(Member(AnyString, value));
        ((ReferenceNode)AnyArray).Target = Array(value, 0, RepeatNode.Unbounded);
        return value;
    }

    private static GrammarNode Tree(byte[][] texts, int at)
    {
        if (texts.Length == 1)
        {
            return new SequenceNode([.. texts[0].Skip(at).Select(b => Bytes((b, b)))]);
        }

        GrammarNode[] branches = [.. texts.Where(text => text.Length > at).GroupBy(text => text[at])
            .Select(group => new SequenceNode(Bytes((group.Key, group.Key)), Tree([.. group], at + 1)))];
        return texts.Any(text => text.Length == at) ? new ChoiceNode([.. branches, Empty]) : new ChoiceNode(branches);
    }

    private static GrammarNode Whole() => new ChoiceNode(
        Literal("0"), new SequenceNode(Bytes(('1', '9')), new RepeatNode(Digit, 0, MostDigits - 1)));

    private static ChoiceNode MultiByte() => new(
        new SequenceNode(Bytes((0xC2, 0xDF)), Continuation),
        new SequenceNode(Bytes((0xE0, 0xE0)), Bytes((0xA0, 0xBF)), Continuation),
        new SequenceNode(Bytes((0xE1, 0xEC), (0xEE, 0xEF)), Continuation, Continuation),
        new SequenceNode(Bytes((0xED, 0xED)), Bytes((0x80, 0x9F)), Continuation),
        new SequenceNode(Bytes((0xF0, 0xF0)), Bytes((0x90, 0xBF)), Continuation, Continuation),
        new SequenceNode(Bytes((0xF1, 0xF3)), Continuation, Continuation, Continuation),
        new SequenceNode(Bytes((0xF4, 0xF4)), Bytes((0x80, 0x8F)), Continuation, Continuation));
}
