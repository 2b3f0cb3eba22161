using System.Text.Json;
using KvCompose.AspNetCore.Responses;
using KvCompose.Serving;

namespace KvCompose.AspNetCore.Requests;

/// <summary>The body of a completion of text. Each parameter is honoured or refused by name.</summary>
internal sealed class TextParameters
{
    private const int MostPrompts = 16;

    private int _alternatives;

    private TextParameters()
    {
    }

    public CommonParameters Common { get; } = new();

    public List<int[]> Prompts { get; } = [];

    public bool Logprobs { get; private set; }

    public static TextParameters Read(Field body, ServingEngine engine)
    {
        var read = new TextParameters();
        foreach (Field field in body.Members())
        {
            if (!field.IsNull && !read.Common.Take(field, engine))
            {
                read.Take(field, engine);
            }
        }

        if (read.Common.Model.Length == 0)
        {
            throw OpenAiException.Invalid("model", "'model' is missing");
        }

        return read.Prompts.Count > 0 ? read : throw OpenAiException.Invalid("prompt", "'prompt' is missing");
    }

    public GenerationRequest Request(int[] prompt, string client) => new()
    {
        Prompt = prompt,
        Pipeline = Common.Pipeline,
        Sampling = Common.Sampling with { Alternatives = _alternatives },
        MaxTokens = Common.MaxTokens,
        StopStrings = Common.Stop,
        Client = client,
        Priority = Common.Priority,
        Timeout = Common.Timeout,
    };

    private void Take(Field field, ServingEngine engine)
    {
        switch (field.Name)
        {
            case "prompt":
                TakePrompt(field, engine);
                break;
            case "logprobs":
                _alternatives = field.Whole(0, 5);
                Logprobs = true;
                break;
            case "echo" when !field.Flag():
                break;
            case "best_of" when field.Whole(1, 128) == 1:
                break;
            case "echo" or "best_of" or "suffix":
                throw field.Unsupported("this server does not support it");
            default:
                throw field.Unknown();
        }
    }

    private void TakePrompt(Field field, ServingEngine engine)
    {
        JsonValueKind kind = field.Element.ValueKind;
        if (kind == JsonValueKind.Array && field.Element.GetArrayLength() > 0 && field.Element[0].ValueKind == JsonValueKind.Number)
        {
            Prompts.Add(Tokens(field, engine));
            return;
        }

        foreach (Field prompt in kind == JsonValueKind.String ? [field] : field.Items())
        {
            if (Prompts.Count == MostPrompts)
            {
                throw OpenAiException.Invalid("prompt", $"there are more than {MostPrompts} prompts");
            }

            Prompts.Add(prompt.Element.ValueKind == JsonValueKind.Array ? Tokens(prompt, engine) : Encode(prompt, engine));
        }
    }

    private static int[] Tokens(Field prompt, ServingEngine engine)
        => [.. prompt.Items().Select(token => token.Whole(0, engine.Model.Shape.Vocabulary - 1))];

    private static int[] Encode(Field prompt, ServingEngine engine)
    {
        try
        {
            return engine.Model.Tokenizer.Encode(prompt.Text());
        }
        catch (ArgumentException problem)
        {
            throw OpenAiException.Invalid(prompt.Name, problem.Message);
        }
    }
}
