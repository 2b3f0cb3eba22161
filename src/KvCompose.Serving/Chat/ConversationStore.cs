namespace KvCompose.Serving.Chat;

/// <summary>Conversations by client and id, of which the least recently used one is forgotten where there are too many.</summary>
/// <param name="most">Most conversations.</param>
internal sealed class ConversationStore(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Client, string Id), LinkedListNode<(string Client, string Id,
        ServedConversation Content)>> _places = [];
    private readonly LinkedList<(string Client, string Id, ServedConversation Content)> _uses = [];

    /// <summary>Takes a conversation for a turn; one that is not known begins.</summary>
    /// <exception cref="ConversationBusyException">A turn of it is being answered.</exception>
    public ServedConversation Take(string client, string id)
    {
        lock (_lock)
        {
            if (_places.TryGetValue((client, id), out LinkedListNode<(string, string, ServedConversation Content)>? place))
            {
                _uses.Remove(place);
            }
            else
            {
                place = new LinkedListNode<(string, string, ServedConversation)>((client, id, new ServedConversation()));
                _places.Add((client, id), place);
            }

            _uses.AddLast(place);
            if (place.Value.Content.Busy)
            {
                throw new ConversationBusyException(id);
            }

            place.Value.Content.Busy = true;
            for (LinkedListNode<(string Client, string Id, ServedConversation Content)>? oldest = _uses.First; _places.Count > most
                && oldest is not null;)
            {
                LinkedListNode<(string Client, string Id, ServedConversation Content)>? next = oldest.Next;
                if (!oldest.Value.Content.Busy)
                {
                    _uses.Remove(oldest);
                    _places.Remove((oldest.Value.Client, oldest.Value.Id));
                }

                oldest = next;
            }

            return place.Value.Content;
        }
    }

    /// <summary>Gives a conversation back. One without messages is forgotten.</summary>
    public void Return(string client, string id, ServedConversation conversation)
    {
        lock (_lock)
        {
            conversation.Busy = false;
            if (conversation.Messages.Count == 0 && _places.Remove((client, id), out LinkedListNode<(string, string,
                ServedConversation)>? place))
            {
                _uses.Remove(place);
            }
        }
    }

    /// <summary>Whether a conversation is remembered.</summary>
    public bool Has(string client, string id)
    {
        lock (_lock)
        {
            return _places.ContainsKey((client, id));
        }
    }
}
