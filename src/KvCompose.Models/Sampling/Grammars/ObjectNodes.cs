using System.Text;

namespace KvCompose.Models.Sampling.Grammars;

/// <summary>Objects with named members: in order, the optional ones left out or not, then members of other names.</summary>
internal static class ObjectNodes
{
    public static GrammarNode Make(IReadOnlyList<(string Name, GrammarNode Value, bool Required)> members, GrammarNode? others)
    {
        GrammarNode? other = others is null ? null : JsonNodes.Member(OtherKey(members.Select(member => member.Name)), others);
        GrammarNode afterFirst = Others(other, first: false), atFirst = Others(other, first: true);
        for (int i = members.Count - 1; i >= 0; i--)
        {
            (string name, GrammarNode value, bool required) = members[i];
            GrammarNode member = JsonNodes.Member(JsonNodes.Literal(CanonicalJson.Quote(name)), value);
            GrammarNode taken = new SequenceNode(member, afterFirst);
            GrammarNode takenLater = new SequenceNode(JsonNodes.Literal(","), JsonNodes.Space, member, afterFirst);
            (atFirst, afterFirst) = required ? (taken, takenLater) : (new ChoiceNode(taken, atFirst), new ChoiceNode(takenLater, afterFirst));
        }

        return new SequenceNode(JsonNodes.Literal("{"), JsonNodes.Space, atFirst, JsonNodes.Literal("}"));
    }

    private static GrammarNode Others(GrammarNode? other, bool first)
    {
        if (other is null)
        {
            return JsonNodes.Empty;
        }

        var more = new RepeatNode(new SequenceNode(JsonNodes.Literal(","), JsonNodes.Space, other), 0, RepeatNode.Unbounded);
        return first ? JsonNodes.Optional(new SequenceNode(other, more)) : more;
    }

    /// <summary>A key that is none of the names. It has no \u escapes, so that it cannot spell one of them.</summary>
    private static GrammarNode OtherKey(IEnumerable<string> names)
    {
        byte[][] keys = [.. names.Select(name => Encoding.UTF8.GetBytes(CanonicalJson.Quote(name)[1..]))];
        var plain = new ChoiceNode(
            JsonNodes.Bytes((0x20, 0x21), (0x23, 0x5B), (0x5D, 0x7F)), JsonNodes.MultiByteCharacter, JsonNodes.ShortEscape);
        GrammarNode rest = new SequenceNode(new RepeatNode(plain, 0, RepeatNode.Unbounded), JsonNodes.Literal("\""));
        return new SequenceNode(JsonNodes.Literal("\""), Off(keys, 0, plain, rest));
    }

    /// <summary>Text that leaves the tree of the keys, or ends inside it where no key ends.</summary>
    private static GrammarNode Off(byte[][] keys, int at, GrammarNode plain, GrammarNode rest)
    {
        if (keys.Length == 0)
        {
            return rest;
        }

        var choices = new List<GrammarNode>();
        byte[] taken = [.. keys.Select(key => key[at]).Distinct()];
        foreach (byte b in taken.Where(b => b != '"'))
        {
            choices.Add(new SequenceNode(
                JsonNodes.Bytes((b, b)), Off([.. keys.Where(key => key[at] == b)], at + 1, plain, rest)));
        }

        if (!taken.Contains((byte)'"'))
        {
            choices.Add(JsonNodes.Literal("\""));
        }

        (int, int)[] free = [.. Enumerable.Range(0x20, 0x60).Where(b => b is not ('"' or '\\') && !taken.Contains((byte)b)).Select(b => (b, b))];
        choices.Add(new SequenceNode(JsonNodes.Bytes(free), rest));
        return new ChoiceNode([.. choices]);
    }
}
