namespace KvCompose.Serving.Prefixes;

/// <summary>A sequence of a session that nobody decodes, kept for requests that begin with its tokens.</summary>
/// <param name="slot">The session's sequence.</param>
/// <param name="tokens">All tokens that it has seen.</param>
/// <param name="client">Whose it is.</param>
/// <param name="conversation">The conversation that it belongs to; null for none.</param>
internal sealed class KeptSequence(int slot, int[] tokens, string client, string? conversation)
{
    public int Slot { get; } = slot;

    public int[] Tokens { get; } = tokens;

    public string Client { get; } = client;

    public string? Conversation { get; } = conversation;

    /// <summary>Where it stands in the order of use.</summary>
    public LinkedListNode<KeptSequence>? Use { get; set; }
}
