using System.Text.Json.Nodes;

namespace KvCompose.Serving.Chat;

/// <summary>A conversation that is remembered by id.</summary>
internal sealed class ServedConversation
{
    /// <summary>All messages so far, answers included.</summary>
    public List<JsonObject> Messages { get; } = [];

    /// <summary>The pipeline that it runs under.</summary>
    public string? Pipeline { get; set; }

    public LastTurn? Last { get; set; }

    /// <summary>Whether a turn is being answered.</summary>
    public bool Busy { get; set; }
}
