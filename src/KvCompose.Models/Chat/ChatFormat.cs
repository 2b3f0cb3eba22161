using System.Text.Json.Nodes;
using KvCompose.Models.Sampling;
using KvCompose.Models.Templates;
using KvCompose.Models.Tokenizers;

namespace KvCompose.Models.Chat;

/// <summary>How a model is talked to: its chat template, the special tokens that the template may name, and the tokens that end an answer.</summary>
public sealed class ChatFormat
{
    private readonly Tokenizer _tokenizer;

    internal ChatFormat(Tokenizer tokenizer, ChatTemplate template, IReadOnlyDictionary<string, string> specialTokens, IEnumerable<int> endTokens)
    {
        _tokenizer = tokenizer;
        Template = template;
        SpecialTokens = specialTokens;
        EndTokens = new HashSet<int>(endTokens.Concat(
            StopTokens.Collect(null, null, template.FindTurnEnd(specialTokens), tokenizer.SpecialTokens)));
    }

    /// <summary>Makes prompts of conversations.</summary>
    public ChatTemplate Template { get; }

    /// <summary>Spellings of special tokens by the names that templates know: bos_token, eos_token, …</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; }

    /// <summary>Tokens that end an answer: those of the model's files, and the one that the template writes after an assistant's words.</summary>
    public IReadOnlySet<int> EndTokens { get; }

    /// <summary>Renders a conversation and splits it into tokens. Text of the conversation cannot spell control tokens.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="tools">Tools as JSON schemas of functions; null for none.</param>
    /// <param name="cancellation">Stops a long text.</param>
    /// <exception cref="ChatTemplateException">The template refuses the conversation, fails, or spends too much.</exception>
    /// <exception cref="ArgumentException">The conversation is nested too deeply, or some text is not in the vocabulary.</exception>
    /// <exception cref="NotSupportedException">A message holds an image, audio or video, which only parts of the model that are not read understand.</exception>
    public int[] Encode(IReadOnlyList<JsonObject> messages, JsonArray? tools = null, CancellationToken cancellation = default)
        => Encode(new ChatPromptRequest { Messages = messages, Tools = tools, AddGenerationPrompt = true }, cancellation);

    /// <inheritdoc cref="Encode(IReadOnlyList{JsonObject}, JsonArray?, CancellationToken)"/>
    /// <param name="request">The conversation and what belongs to it. Special tokens that it does not name are those of the model.</param>
    /// <param name="cancellation">Stops a long text.</param>
    public int[] Encode(ChatPromptRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        RequireText(request.Messages);
        ChatPrompt prompt = Template.Render(request with { SpecialTokens = request.SpecialTokens ?? SpecialTokens }, cancellation);
        return _tokenizer.Encode(prompt, cancellation);
    }

    /// <summary>Templates write a placeholder for what is no text, and the network here has nothing to put in its place.</summary>
    private static void RequireText(IReadOnlyList<JsonObject> messages)
    {
        for (int message = 0; message < messages.Count; message++)
        {
            foreach (JsonObject part in (messages[message]["content"] as JsonArray)?.OfType<JsonObject>() ?? [])
            {
                if (part["type"] is JsonValue value && value.TryGetValue(out string? type) && type is not "text"
                    && (type.Contains("image", StringComparison.Ordinal) || type.Contains("audio", StringComparison.Ordinal)
                        || type.Contains("video", StringComparison.Ordinal)))
                {
                    throw new NotSupportedException($"message {message} holds a part of type '{type}': only text is understood");
                }
            }
        }
    }
}
