using System.Text.Json.Nodes;
using KvCompose.Models;
using KvCompose.Models.Chat;
using KvCompose.Models.Sampling.Grammars;
using KvCompose.Models.Templates;

namespace KvCompose.Serving.Chat;

/// <summary>Answers messages: the model's template makes prompts of them, an engine answers those, and conversations are remembered by id.</summary>
public sealed class ChatServer
{
    private readonly ConversationStore _conversations;
    private readonly Lazy<ToolCallFormat?> _toolFormat;

    /// <summary>Makes a server.</summary>
    /// <param name="engine">What computes.</param>
    /// <exception cref="TokenizerFormatException">The model has no tokenizer or no chat template.</exception>
    /// <exception cref="ChatTemplateException">The model's template cannot be parsed.</exception>
    public ChatServer(ServingEngine engine)
    {
        ArgumentNullException.ThrowIfNull(engine);
        Engine = engine;
        Format = engine.Model.ChatFormat;
        _conversations = new ConversationStore(engine.Options.MaxConversations);
        _toolFormat = new Lazy<ToolCallFormat?>(() => ToolCallFormat.Of(Format));
    }

    /// <summary>The engine.</summary>
    public ServingEngine Engine { get; }

    /// <summary>How the model is talked to.</summary>
    public ChatFormat Format { get; }

    /// <summary>Whether the model's template knows tools and writes their calls as JSON.</summary>
    public bool KnowsTools => _toolFormat.Value is not null;

    /// <summary>Whether a conversation is remembered.</summary>
    /// <param name="conversation">Its id.</param>
    /// <param name="client">Whose it is.</param>
    public bool Remembers(string conversation, string client = "") => _conversations.Has(client, conversation);

    /// <summary>Answers messages.</summary>
    /// <param name="request">The messages.</param>
    /// <param name="cancellation">Stops the rendering of a long text; the answer is cancelled where it is read.</param>
    /// <exception cref="RequestRefusedException">It asks for what cannot be done; names the parameter.</exception>
    /// <exception cref="ServerBusyException">Too many requests wait, or the engine ends.</exception>
    /// <exception cref="ConversationBusyException">Another turn of the conversation is being answered.</exception>
    /// <exception cref="ObjectDisposedException">The engine has ended.</exception>
    public ChatAnswer Ask(ChatRequest request, CancellationToken cancellation = default) => Ask(request, 1, cancellation)[0];

    /// <summary>Answers messages several times; the prompt is computed once.</summary>
    /// <param name="request">The messages. A conversation has one answer.</param>
    /// <param name="choices">How many answers.</param>
    /// <param name="cancellation">Stops the rendering of a long text.</param>
    /// <inheritdoc cref="Ask(ChatRequest, CancellationToken)" path="/exception"/>
    public IReadOnlyList<ChatAnswer> Ask(ChatRequest request, int choices, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Conversation is not { } id)
        {
            return Submit(request, request.Messages, null, choices, null, out _, cancellation);
        }

        if (choices != 1)
        {
            throw new RequestRefusedException("Choices", $"{choices} choices are asked for, but a conversation has one answer a turn");
        }

        ServedConversation conversation = _conversations.Take(request.Client, id);
        try
        {
            if (request.Pipeline is { } named && conversation.Pipeline is { } own && named != own)
            {
                conversation.Last = null; // Another cache: what is held is of no use.
            }

            conversation.Pipeline = request.Pipeline ?? conversation.Pipeline;
            JsonObject[] messages = [.. conversation.Messages, .. request.Messages];
            int[] prompt = [];
            return Submit(
                request with { Pipeline = conversation.Pipeline }, messages, conversation.Last, 1,
                answer => EndTurn(request, conversation, messages, prompt, answer), out prompt, cancellation);
        }
        catch
        {
            _conversations.Return(request.Client, id, conversation);
            throw;
        }
    }

    private ChatAnswer[] Submit(
        ChatRequest request, IReadOnlyList<JsonObject> messages, LastTurn? last, int choices, Action<ChatAnswer>? ended, out int[] prompt,
        CancellationToken cancellation)
    {
        JsonArray? tools = request.ToolUse == ToolUse.None || request.Tools is { Count: 0 } ? null : request.Tools;
        ToolCallFormat? format = Tools(request, tools);
        prompt = Prompt(request, messages, format is null ? null : tools, last, cancellation);
        string forced = "";
        JsonGrammar? grammar = request.Grammar;
        if (tools is not null && request.ToolUse == ToolUse.Required)
        {
            grammar = RequiredCall.Grammar(tools, request.RequiredTool, format!);
            forced = format!.Opening;
            prompt = forced.Length == 0 ? prompt : [.. prompt, .. Engine.Model.Tokenizer.Encode(forced, addSpecialTokens: false)];
        }

        IReadOnlySet<string> names = RequiredCall.Names(tools);
        IReadOnlyList<Generation> generations = Engine.Submit(
            new GenerationRequest
            {
                Prompt = prompt,
                Pipeline = request.Pipeline,
                Sampling = request.Sampling,
                MaxTokens = request.MaxTokens,
                StopStrings = request.StopStrings,
                EndTokens = Format.EndTokens,
                Grammar = grammar,
                Priority = request.Priority,
                Client = request.Client,
                Conversation = request.Conversation,
                Timeout = request.Timeout,
            },
            choices);
        return [.. generations.Select(generation => new ChatAnswer(generation, format is null ? null : new ToolCallReader(format, names),
            forced, ended))];
    }

    private ToolCallFormat? Tools(ChatRequest request, JsonArray? tools)
    {
        if (tools is null)
        {
            return request.ToolUse == ToolUse.Required
                ? throw new RequestRefusedException(nameof(request.ToolUse), "a call of a tool is required, but there are no tools")
                : null;
        }

        if (request.RequiredTool is { } required && !RequiredCall.Names(tools).Contains(required))
        {
            throw new RequestRefusedException(nameof(request.RequiredTool), $"there is no tool '{required}'");
        }

        if (request.Grammar is not null && request.ToolUse == ToolUse.Required)
        {
            throw new RequestRefusedException(nameof(request.Grammar),
                "an answer that has to be a call of a tool cannot have a format of its own");
        }

        return _toolFormat.Value ?? throw new RequestRefusedException(
            nameof(request.Tools), "the model's chat template does not know tools, or does not write their calls as JSON objects");
    }

    private int[] Prompt(ChatRequest request, IReadOnlyList<JsonObject> messages, JsonArray? tools, LastTurn? last,
        CancellationToken cancellation)
    {
        var prompt = new ChatPromptRequest { Messages = messages, Tools = tools, Variables = request.TemplateVariables };
        try
        {
            return TurnTokens.Of(Format, prompt, last, cancellation);
        }
        catch (Exception problem) when (problem is ChatTemplateException or ArgumentException)
        {
            throw new RequestRefusedException(nameof(request.Messages), problem.Message, problem);
        }
    }

    /// <summary>The answer becomes a message, also if it was broken off; nothing changes if there is none.</summary>
    private void EndTurn(ChatRequest request, ServedConversation conversation, JsonObject[] messages, int[] prompt, ChatAnswer answer)
    {
        Generation generation = answer.Generation;
        if (generation.AnswerTokens > 0 || generation.Finish != Models.Sampling.FinishReason.None)
        {
            conversation.Messages.Clear();
            conversation.Messages.AddRange(messages.Select(static message => (JsonObject)message.DeepClone()));
            conversation.Messages.Add(answer.Calls.Count == 0 ? ChatTurns.Assistant(answer.Text) : RequiredCall.Message(answer));
            conversation.Last = new LastTurn(conversation.Messages.Count, prompt, [.. generation.Tokens]);
        }

        _conversations.Return(request.Client, request.Conversation!, conversation);
    }
}
