namespace KvCompose.Models.Tokenizers.Processing;

/// <summary>Finds added tokens in a text: leftmost, then longest, without overlap. An Aho-Corasick automaton, so linear in the text.</summary>
internal sealed class TokenFinder
{
    private readonly Dictionary<long, int> _next = [];
    private readonly List<(int Token, int Depth, int Fail, int Output)> _nodes = [(-1, 0, 0, -1)];
    private readonly List<string> _contents = [];

    public TokenFinder(IReadOnlyList<string> contents)
    {
        for (int i = 0; i < contents.Count; i++)
        {
            Add(contents[i], i);
        }

        Link();
    }

    /// <summary>Calls back for each match with the number of the token and its place; in order.</summary>
    public void Find(ReadOnlySpan<char> text, List<(int Token, int Start, int End)> matches)
    {
        if (_contents.Count == 0)
        {
            return;
        }

        int at = 0;
        while (at < text.Length)
        {
            if (!FindNext(text, at, out int token, out int start))
            {
                return;
            }

            int end = start + _contents[token].Length;
            matches.Add((token, start, end));
            at = end;
        }
    }

    private bool FindNext(ReadOnlySpan<char> text, int from, out int token, out int start)
    {
        (token, start) = (-1, -1);
        int node = 0;
        for (int i = from; i < text.Length; i++)
        {
            node = Step(node, text[i]);

            // Nothing that begins at or before the best match can still be found.
            if (token >= 0 && i + 1 - _nodes[node].Depth > start)
            {
                return true;
            }

            for (int found = _nodes[node].Token >= 0 ? node : _nodes[node].Output; found >= 0; found = _nodes[found].Output)
            {
                int begin = i + 1 - _nodes[found].Depth;
                if (token < 0 || begin < start || (begin == start && _nodes[found].Depth > _contents[token].Length))
                {
                    (token, start) = (_nodes[found].Token, begin);
                }
            }
        }

        return token >= 0;
    }

    private int Step(int node, char unit)
    {
        while (true)
        {
            if (_next.TryGetValue(((long)node << 16) | unit, out int next))
            {
                return next;
            }

            if (node == 0)
            {
                return 0;
            }

            node = _nodes[node].Fail;
        }
    }

    private void Add(string content, int number)
    {
        int node = 0;
        foreach (char unit in content)
        {
            long key = ((long)node << 16) | unit;
            if (!_next.TryGetValue(key, out int next))
            {
                next = _nodes.Count;
                _nodes.Add((-1, _nodes[node].Depth + 1, 0, -1));
                _next.Add(key, next);
            }

            node = next;
        }

        if (node != 0)
        {
            _nodes[node] = _nodes[node] with { Token = number };
        }

        _contents.Add(content);
    }

    private void Link()
    {
        // Nodes of one depth before those of the next.
        foreach ((long key, int node) in _next.OrderBy(edge => _nodes[edge.Value].Depth))
        {
            int parent = (int)(key >> 16);
            int fail = parent == 0 ? 0 : Step(_nodes[parent].Fail, (char)(key & 0xFFFF));
            int output = _nodes[fail].Token >= 0 ? fail : _nodes[fail].Output;
            _nodes[node] = _nodes[node] with { Fail = fail, Output = output };
        }
    }
}
