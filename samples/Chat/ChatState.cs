using System.Text.Json.Nodes;
using KvCompose.Models;
using KvCompose.Models.Chat;
using KvCompose.Models.Templates;

namespace KvCompose.Samples.Chat;

/// <summary>A model, a session of the chosen pipeline, and the conversations in it: a fork is another sequence of the session.</summary>
internal sealed class ChatState : IDisposable
{
    private const int MostConversations = 4;

    private readonly Conversation?[] _conversations = new Conversation?[MostConversations];
    private readonly ChatArguments _arguments;

    public ChatState(LanguageModel model, ChatArguments arguments)
    {
        Model = model;
        _arguments = arguments;
        Pipeline = arguments.Pipeline;
        Session = Open(Pipeline);
        _conversations[0] = Begin(0);
        if (arguments.System is { } system)
        {
            Conversation.Messages.Add(ChatTurns.System(system));
        }

        Document = arguments.File is { } file ? ReadDocument(file) : null;
    }

    public LanguageModel Model { get; }

    public ChatPipeline Pipeline { get; private set; }

    public KvSession Session { get; private set; }

    /// <summary>The conversation that goes on.</summary>
    public Conversation Conversation => _conversations[Current]!;

    /// <summary>Its number, from 0.</summary>
    public int Current { get; private set; }

    /// <summary>Numbers of all conversations.</summary>
    public IEnumerable<int> Numbers => Enumerable.Range(0, MostConversations).Where(number => _conversations[number] is not null);

    /// <summary>A text for the next question; null once it has been asked.</summary>
    public string? Document { get; set; }

    /// <summary>Bytes that a full cache in fp16 would hold for the conversation.</summary>
    public long FullBytes
    {
        get
        {
            TransformerShape shape = Model.Shape;
            return 2L * 2 * shape.Layers * shape.KeyValueHeads * shape.HeadDim * Conversation.HeldTokens.Count;
        }
    }

    /// <summary>Whether an exception says what a user can mend, so that its message is enough.</summary>
    public static bool IsExpected(Exception problem) => problem is ModelLoadException or ChatTemplateException or IOException or UnauthorizedAccessException
        or ContextExceededException or CacheLimitException or SavedCacheFormatException or SavedCacheMismatchException or StageOptionException
        or NotSupportedException or ArgumentException or ModelMismatchException or UnsupportedLayerException or PipelineRuleException;

    /// <summary>Goes on with another pipeline: the messages stay, and are processed again with the next question.</summary>
    public void Change(ChatPipeline pipeline)
    {
        KvSession session = Open(pipeline);
        Session.Dispose();
        (Session, Pipeline) = (session, pipeline);
        foreach (int number in Numbers.ToArray())
        {
            IList<JsonObject> messages = _conversations[number]!.Messages;
            _conversations[number] = Begin(number);
            Copy(messages, _conversations[number]!.Messages);
        }
    }

    /// <summary>Makes a second conversation of this one, and goes on in it. Both share what the cache holds.</summary>
    public int Fork()
    {
        int free = Array.IndexOf(_conversations, null);
        if (free < 0)
        {
            throw new WrongArgumentException($"there are {MostConversations} conversations already");
        }

        Conversation forked = Begin(free);
        if (Conversation.HeldTokens.Count > 0)
        {
            Session.Fork(Current, free);
            forked.Hold([.. Conversation.HeldTokens]);
        }

        Copy(Conversation.Messages, forked.Messages);
        _conversations[free] = forked;
        return Current = free;
    }

    public void Switch(int number)
    {
        if (!Numbers.Contains(number))
        {
            throw new WrongArgumentException($"there is no conversation {number}: {string.Join(", ", Numbers)}");
        }

        Current = number;
    }

    /// <summary>Drops the messages and what the cache holds of them.</summary>
    public void Clear()
    {
        Session.Clear(Current);
        _conversations[Current] = Begin(Current);
    }

    /// <summary>Writes the conversation, and beside it the cache.</summary>
    public void Save(string path)
    {
        var saved = new JsonObject
        {
            ["pipeline"] = Pipeline.Name,
            ["messages"] = new JsonArray([.. Conversation.Messages.Select(static message => message.DeepClone())]),
            ["tokens"] = new JsonArray([.. Conversation.HeldTokens.Select(static token => (JsonNode)token)]),
        };
        if (Conversation.HeldTokens.Count > 0)
        {
            Session.Save(CacheFile(path), Current);
        }

        string unfinished = path + ".part";
        File.WriteAllText(unfinished, saved.ToJsonString());
        File.Move(unfinished, path, overwrite: true);
    }

    /// <summary>Goes on with a conversation that was saved. Nothing changes if it cannot be read.</summary>
    public void Load(string path)
    {
        (ChatPipeline pipeline, JsonObject[] messages, int[] tokens) = ReadSaved(path);
        if (pipeline != Pipeline)
        {
            Change(pipeline);
        }

        Conversation loaded = Begin(Current);
        if (tokens.Length > 0)
        {
            Session.Resume(CacheFile(path), Current);
            loaded.Hold(tokens);
        }
        else
        {
            Session.Clear(Current);
        }

        Copy(messages, loaded.Messages);
        _conversations[Current] = loaded;
    }

    public void Dispose() => Session.Dispose();

    public static string ReadDocument(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new WrongArgumentException($"'{path}' cannot be read: {problem.Message}", problem);
        }
    }

    private static string CacheFile(string path) => path + ".kv";

    private static void Copy(IEnumerable<JsonObject> source, IList<JsonObject> target)
    {
        foreach (JsonObject message in source)
        {
            target.Add((JsonObject)message.DeepClone());
        }
    }

    private static (ChatPipeline Pipeline, JsonObject[] Messages, int[] Tokens) ReadSaved(string path)
    {
        try
        {
            JsonNode? saved = JsonNode.Parse(File.ReadAllText(path));
            if (saved?["pipeline"] is JsonValue pipeline && saved["messages"] is JsonArray messages && saved["tokens"] is JsonArray tokens)
            {
                return (
                    ChatPipeline.Find(pipeline.GetValue<string>()),
                    [.. messages.OfType<JsonObject>().Select(static message => (JsonObject)message.DeepClone())],
                    [.. tokens.OfType<JsonValue>().Select(static token => token.GetValue<int>())]);
            }
        }
        catch (Exception problem) when (problem is System.Text.Json.JsonException or InvalidOperationException or FormatException)
        {
            throw new WrongArgumentException($"'{path}' is no saved conversation: {problem.Message}", problem);
        }

        throw new WrongArgumentException($"'{path}' is no saved conversation");
    }

    private KvSession Open(ChatPipeline pipeline) => pipeline.Open(Model, MostConversations);

    private Conversation Begin(int sequence) => new(Model, Session, _arguments.Answers, sequence);
}
