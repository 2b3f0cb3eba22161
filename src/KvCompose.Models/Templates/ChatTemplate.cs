using System.Text.Json.Nodes;
using KvCompose.Models.Templates.Parsing;
using KvCompose.Models.Templates.Running;
using KvCompose.Models.Templates.Syntax;
using KvCompose.Models.Templates.Values;

namespace KvCompose.Models.Templates;

/// <summary>
/// A checkpoint's own chat template, in the Jinja that transformers runs: it makes a prompt of a conversation. Safe for several
/// threads at once.
/// </summary>
/// <remarks>Equal to <c>apply_chat_template</c> of transformers 5.2 with Jinja2 3.1.6.</remarks>
public sealed class ChatTemplate
{
    private const string ChatMlSource =
        "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
        + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private readonly TemplateSource _source;
    private readonly Block _body;
    private readonly ChatTemplateLimits _limits;

    private ChatTemplate(string text, TemplateSource source, Block body, ChatTemplateLimits limits)
    {
        Source = text;
        _source = source;
        _body = body;
        _limits = limits;
    }

    /// <summary>ChatML, for a checkpoint without a template. Nothing falls back to it unasked.</summary>
    public static ChatTemplate ChatMl { get; } = Parse(ChatMlSource);

    /// <summary>The source as it was given.</summary>
    public string Source { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="source">Its text, from tokenizer_config.json, chat_template.jinja or a GGUF's tokenizer.chat_template.</param>
    /// <param name="limits">What it may spend; null for <see cref="ChatTemplateLimits.Default"/>.</param>
    /// <exception cref="ChatTemplateException">It is not a template, or uses what is not known.</exception>
    public static ChatTemplate Parse(string source, ChatTemplateLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        limits ??= ChatTemplateLimits.Default;
        if (source.Length > limits.MaxSourceLength)
        {
            throw new ChatTemplateException(
                ChatTemplateErrorKind.Limit, $"the source has {source.Length} characters, more than {limits.MaxSourceLength}", 0, 0);
        }

        var lines = new TemplateSource(source);
        return new ChatTemplate(source, lines, Parser.Parse(lines), limits);
    }

    /// <summary>Makes a prompt.</summary>
    /// <param name="request">The conversation and what belongs to it.</param>
    /// <param name="cancellation">Stops a rendering that takes long.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, fails, or spends too much.</exception>
    /// <exception cref="ArgumentException">The conversation is nested too deeply, or two of its options exclude each other.</exception>
    public ChatPrompt Render(ChatPromptRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request is { ContinueFinalMessage: true, AddGenerationPrompt: true })
        {
            throw new ArgumentException("A prompt that continues the final message cannot begin another one", nameof(request));
        }

        IReadOnlyList<JsonObject> messages = request.Messages;
        string? final = null;
        if (request.ContinueFinalMessage)
        {
            (messages, final) = FinalMessage.Mark(messages);
        }

        (Text text, TemplateRun run) = Run(Variables(request, messages), request.Now ?? DateTime.Now, cancellation);
        IReadOnlyList<Range> generations = [.. run.Generations.Select(span => span.Start..span.End)];
        if (final is not null)
        {
            text = text.Part(0, FinalMessage.End(text.Value, final));
        }

        return new ChatPrompt(text.Value, Parts(text), generations);
    }

    /// <summary>
    /// What the template writes right after an assistant's words, such as "&lt;|im_end|&gt;\n": the model ends its turn with the
    /// same. Null if a plain conversation does not show it.
    /// </summary>
    /// <param name="specialTokens">Special tokens of the tokenizer by name (bos_token, eos_token, …).</param>
    public string? FindTurnEnd(IReadOnlyDictionary<string, string>? specialTokens = null)
    {
        const string words = "KvCompose looks for the end of a turn";
        var request = new ChatPromptRequest { Messages = [ChatTurns.User("x"), ChatTurns.Assistant(words)], SpecialTokens = specialTokens };
        try
        {
            ChatPrompt prompt = Render(request);
            int end = prompt.Text.LastIndexOf(words, StringComparison.Ordinal);
            string rest = end < 0 ? "" : prompt.Text[(end + words.Length)..].TrimStart();
            return rest.Length == 0 ? null : rest;
        }
        catch (ChatTemplateException)
        {
            return null;
        }
    }

    private (Text Text, TemplateRun Run) Run(DictValue variables, DateTime now, CancellationToken cancellation)
    {
        var outermost = new Scope(null);
        foreach ((object name, object value) in variables.Pairs)
        {
            outermost.Set(((Text)name).Value, value);
        }

        var scope = new Scope(outermost);
        var run = new TemplateRun(_limits, scope, now, cancellation);
        try
        {
            _body.Execute(run, scope);
            return (run.Output.ToText(), run);
        }
        catch (TemplateFault fault)
        {
            throw _source.Error(fault.Message, run.At?.Offset ?? 0, fault.Kind, fault);
        }
    }

    private static DictValue Variables(ChatPromptRequest request, IReadOnlyList<JsonObject> messages)
    {
        var variables = new DictValue();
        foreach ((string name, string token) in request.SpecialTokens ?? new Dictionary<string, string>())
        {
            variables.Set(name, Text.Of(token));
        }

        variables.Set("messages", new ListValue([.. messages.Select(message => JsonValues.Read(message, trusted: false, "messages"))]));
        variables.Set("tools", JsonValues.Read(request.Tools, trusted: false, "tools"));
        variables.Set("documents", JsonValues.Read(request.Documents, trusted: false, "documents"));
        variables.Set("add_generation_prompt", Boxed.Of(request.AddGenerationPrompt));
        foreach ((string name, JsonNode? value) in request.Variables ?? new Dictionary<string, JsonNode?>())
        {
            variables.Set(name, JsonValues.Read(value, trusted: false, name));
        }

        return variables;
    }

    private static List<ChatPromptPart> Parts(Text text)
    {
        var parts = new List<ChatPromptPart>();
        int start = 0;
        bool content = false;
        foreach (int bound in (text.Bounds ?? []).Append(text.Value.Length))
        {
            if (bound > start)
            {
                parts.Add(new ChatPromptPart(start, bound - start, content));
            }

            start = Math.Max(start, bound);
            content = !content;
        }

        return parts;
    }
}
