namespace KvCompose.Serving;

/// <summary>A turn of a conversation was asked for while another one was being answered.</summary>
public sealed class ConversationBusyException : Exception
{
    internal ConversationBusyException(string conversation)
        : base($"conversation '{conversation}' is being answered; wait for the end of that answer, or cancel it")
        => Conversation = conversation;

    /// <summary>The conversation's id.</summary>
    public string Conversation { get; }
}
