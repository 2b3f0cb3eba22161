namespace KvCompose.Serving.Prefixes;

/// <summary>
/// A radix tree over sequences of tokens. Edges carry tokens, which are compared one by one, so that a match is never longer than what is equal.
/// </summary>
internal sealed class PrefixTree
{
    private readonly Node _root = new([]);

    /// <summary>Sequences in the tree.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a sequence. One of the same tokens is replaced, and returned.</summary>
    public KeptSequence? Add(KeptSequence entry)
    {
        ReadOnlySpan<int> rest = entry.Tokens;
        Node node = _root;
        while (!rest.IsEmpty)
        {
            if (!node.Children.TryGetValue(rest[0], out Node? child))
            {
                child = new Node(rest.ToArray()) { Parent = node };
                node.Children.Add(rest[0], child);
                node = child;
                break;
            }

            int common = rest.CommonPrefixLength(child.Span);
            if (common < child.Span.Length)
            {
                child = Split(child, common);
            }

            node = child;
            rest = rest[common..];
        }

        KeptSequence? before = node.Entry;
        node.Entry = entry;
        Count += before is null ? 1 : 0;
        return before;
    }

    /// <summary>Removes a sequence.</summary>
    /// <returns>Whether it was there.</returns>
    public bool Remove(KeptSequence entry)
    {
        if (Walk(entry.Tokens, out int matched, out int inside) is not { } node || matched < entry.Tokens.Length || inside > 0
            || node.Entry != entry)
        {
            return false;
        }

        node.Entry = null;
        Count--;
        while (node.Entry is null && node.Parent is { } parent)
        {
            if (node.Children.Count == 0)
            {
                parent.Children.Remove(node.Span[0]);
            }
            else if (node.Children.Count == 1)
            {
                Merge(node);
                break;
            }
            else
            {
                break;
            }

            node = parent;
        }

        return true;
    }

    /// <summary>The sequence that has most first tokens in common with others, and how many.</summary>
    /// <param name="tokens">The others.</param>
    public (KeptSequence? Entry, int Common) Longest(ReadOnlySpan<int> tokens)
    {
        Node node = Walk(tokens, out int matched, out int inside)!;

        // Everything below shares what was matched, and the edge into which it went.
        return matched == 0 && inside == 0 ? (null, 0) : (Any(node), matched);
    }

    /// <summary>The longest sequence all of whose tokens the others begin with.</summary>
    /// <param name="tokens">The others.</param>
    public KeptSequence? LongestWhole(ReadOnlySpan<int> tokens)
    {
        KeptSequence? found = null;
        Node node = _root;
        while (!tokens.IsEmpty && node.Children.TryGetValue(tokens[0], out Node? child) && tokens.StartsWith(child.Span))
        {
            node = child;
            tokens = tokens[child.Span.Length..];
            found = node.Entry ?? found;
        }

        return found;
    }

    /// <summary>Goes down as far as tokens are equal.</summary>
    /// <param name="tokens">The tokens.</param>
    /// <param name="matched">Tokens that are equal.</param>
    /// <param name="inside">Tokens of the last node's edge that are equal, where the edge goes on; else 0.</param>
    private Node Walk(ReadOnlySpan<int> tokens, out int matched, out int inside)
    {
        Node node = _root;
        (matched, inside) = (0, 0);
        while (!tokens.IsEmpty && node.Children.TryGetValue(tokens[0], out Node? child))
        {
            int common = tokens.CommonPrefixLength(child.Span);
            matched += common;
            node = child;
            if (common < child.Span.Length)
            {
                inside = common;
                break;
            }

            tokens = tokens[common..];
        }

        return node;
    }

    private static KeptSequence Any(Node node)
    {
        while (node.Entry is null)
        {
            node = node.Children.Values.First(); // A node without a sequence has others below it.
        }

        return node.Entry;
    }

    private static Node Split(Node child, int at)
    {
        var upper = new Node(child.Span[..at]) { Parent = child.Parent };
        child.Parent!.Children[upper.Span[0]] = upper;
        child.Span = child.Span[at..];
        child.Parent = upper;
        upper.Children.Add(child.Span[0], child);
        return upper;
    }

    private static void Merge(Node node)
    {
        Node below = node.Children.Values.Single();
        below.Span = [.. node.Span, .. below.Span];
        below.Parent = node.Parent;
        node.Parent!.Children[below.Span[0]] = below;
    }

    private sealed class Node(int[] span)
    {
        public int[] Span { get; set; } = span;

        public Node? Parent { get; set; }

        public Dictionary<int, Node> Children { get; } = [];

        public KeptSequence? Entry { get; set; }
    }
}
