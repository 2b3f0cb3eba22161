namespace KvCompose.Models.Tokenizers.Models;

/// <summary>Tokens by their UTF-16 units, for finding all that begin at a place.</summary>
internal sealed class TokenTrie
{
    public const int Root = 0;

    private readonly Dictionary<long, int> _next = [];
    private readonly List<int> _tokens = [-1];

    public void Add(string token, int id)
    {
        int node = Root;
        foreach (char c in token)
        {
            long key = ((long)node << 16) | c;
            if (!_next.TryGetValue(key, out int next))
            {
                next = _tokens.Count;
                _tokens.Add(-1);
                _next.Add(key, next);
            }

            node = next;
        }

        _tokens[node] = node == Root ? -1 : id;
    }

    /// <summary>The node that a unit leads to, or −1.</summary>
    public int Next(int node, char unit) => _next.TryGetValue(((long)node << 16) | unit, out int next) ? next : -1;

    /// <summary>The token that ends at a node, or −1.</summary>
    public int Token(int node) => _tokens[node];
}
