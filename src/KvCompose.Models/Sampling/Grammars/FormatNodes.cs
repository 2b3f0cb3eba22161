namespace KvCompose.Models.Sampling.Grammars;

/// <summary>The formats of strings that are kept: date, time, date-time (RFC 3339) and uuid.</summary>
internal static class FormatNodes
{
    private static readonly GrammarNode Digit = JsonNodes.Bytes(('0', '9'));

    private static readonly GrammarNode Hour = new ChoiceNode(
        new SequenceNode(JsonNodes.Bytes(('0', '1')), Digit), new SequenceNode(JsonNodes.Literal("2"), JsonNodes.Bytes(('0', '3'))));

    private static readonly GrammarNode Sixty = new SequenceNode(JsonNodes.Bytes(('0', '5')), Digit);

    /// <summary>Days up to 28 in every month, up to 30 outside February, 31 where there is one.</summary>
    private static readonly GrammarNode Date = new SequenceNode(new RepeatNode(Digit, 4, 4), JsonNodes.Literal("-"), new ChoiceNode(
        new SequenceNode(
            Month(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), JsonNodes.OneOf(Enumerable.Range(1, 28).Select(day => $"{day:00}"))),
        new SequenceNode(Month(1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), JsonNodes.OneOf(["29", "30"])),
        new SequenceNode(Month(1, 3, 5, 7, 8, 10, 12), JsonNodes.Literal("31"))));

    private static readonly GrammarNode Time = new SequenceNode(
        Hour, JsonNodes.Literal(":"), Sixty, JsonNodes.Literal(":"), Sixty,
        JsonNodes.Optional(new SequenceNode(JsonNodes.Literal("."), new RepeatNode(Digit, 1, 7))));

    private static readonly GrammarNode Offset = new ChoiceNode(
        JsonNodes.Literal("Z"), new SequenceNode(JsonNodes.Bytes(('+', '+'), ('-', '-')), Hour, JsonNodes.Literal(":"), Sixty));

    private static readonly GrammarNode Hex = JsonNodes.Bytes(('0', '9'), ('a', 'f'));

    /// <summary>The string of a format, or null if the format is an annotation.</summary>
    public static GrammarNode? Find(string format) => format switch
    {
        "date" => Quoted(Date),
        "time" => Quoted(Time),
        "date-time" => Quoted(new SequenceNode(Date, JsonNodes.Literal("T"), Time, Offset)),
        "uuid" => Quoted(new SequenceNode(
            new RepeatNode(Hex, 8, 8), Group(), Group(), Group(), JsonNodes.Literal("-"), new RepeatNode(Hex, 12, 12))),
        _ => null,
    };

    private static GrammarNode Group() => new SequenceNode(JsonNodes.Literal("-"), new RepeatNode(Hex, 4, 4));

    private static GrammarNode Month(params int[] months) => new SequenceNode(JsonNodes.OneOf(months.Select(month => $"{month:00}")), JsonNodes.Literal("-"));

    private static GrammarNode Quoted(GrammarNode text) => new SequenceNode(JsonNodes.Literal("\""), text, JsonNodes.Literal("\""));
}
