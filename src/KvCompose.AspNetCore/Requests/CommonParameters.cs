using System.Globalization;
using KvCompose.AspNetCore.Responses;
using KvCompose.Models.Sampling;
using KvCompose.Serving;

namespace KvCompose.AspNetCore.Requests;

/// <summary>Parameters that both kinds of completions have.</summary>
internal sealed class CommonParameters
{
    public string? Pipeline { get; private set; }

    /// <summary>The model as it was named, which answers repeat.</summary>
    public string Model { get; private set; } = "";

    public SamplingOptions Sampling { get; set; } = new();

    public int? MaxTokens { get; private set; }

    public List<string> Stop { get; } = [];

    public int Choices { get; private set; } = 1;

    public bool Stream { get; private set; }

    public bool IncludeUsage { get; private set; }

    public int Priority { get; private set; }

    public TimeSpan? Timeout { get; private set; }

    /// <summary>Takes a parameter.</summary>
    /// <returns>False if it is none of these.</returns>
    public bool Take(Field field, ServingEngine engine)
    {
        switch (field.Name)
        {
            case "model":
                TakeModel(field, engine);
                return true;
            case "temperature":
                Sampling = Sampling with { Temperature = field.Number(0, 2) };
                return true;
            case "top_p":
                Sampling = Sampling with { TopP = field.Number(1e-9, 1) };
                return true;
            case "top_k":
                Sampling = Sampling with { TopK = field.Whole(0, int.MaxValue) };
                return true;
            case "min_p":
                Sampling = Sampling with { MinP = field.Number(0, 1) };
                return true;
            case "typical_p":
                Sampling = Sampling with { TypicalP = field.Number(1e-9, 1) };
                return true;
            case "repetition_penalty":
                Sampling = Sampling with { RepetitionPenalty = field.Number(0.01, 100) };
                return true;
            case "frequency_penalty":
                Sampling = Sampling with { FrequencyPenalty = field.Number(-2, 2) };
                return true;
            case "presence_penalty":
                Sampling = Sampling with { PresencePenalty = field.Number(-2, 2) };
                return true;
            case "seed":
                Sampling = Sampling with { Seed = unchecked((ulong)field.Long()) };
                return true;
            case "logit_bias":
                var biases = new Dictionary<int, float>();
                foreach (Field bias in field.Members())
                {
                    biases[Token(bias)] = bias.Number(-100, 100);
                }

                Sampling = Sampling with { LogitBias = biases };
                return true;
            case "max_tokens" or "max_completion_tokens":
                MaxTokens = field.Whole(1, engine.Options.MaxAnswerTokens);
                return true;
            case "stop":
                TakeStop(field);
                return true;
            case "n":
                Choices = field.Whole(1, engine.Options.MaxChoices);
                return true;
            case "stream":
                Stream = field.Flag();
                return true;
            case "stream_options":
                foreach (Field option in field.Members())
                {
                    IncludeUsage = option.Name == "stream_options.include_usage" ? option.Flag() : throw option.Unknown();
                }

                return true;
            case "user":
                _ = field.Text(); // Whoever asks is told by the key; nothing is stored of a user.
                return true;
            case "priority":
                Priority = field.Whole(-1000, 1000);
                return true;
            case "timeout_seconds":
                Timeout = TimeSpan.FromSeconds(field.Number(0.001, 86_400));
                return true;
            default:
                return false;
        }
    }

    private void TakeModel(Field field, ServingEngine engine)
    {
        Model = field.Text();
        string[] parts = Model.Split('+', 2);
        if (parts[0] != engine.Name)
        {
            throw new OpenAiException(404, "invalid_request_error", "model", "model_not_found",
                $"there is no model '{Model}'; GET /v1/models lists what there is");
        }

        Pipeline = parts.Length > 1 ? parts[1] : null;
        if (Pipeline is not null && engine.Pipelines.All(pipeline => pipeline.Name != Pipeline))
        {
            string names = string.Join(", ", engine.Pipelines.Select(static pipeline => pipeline.Name));
            throw new OpenAiException(404, "invalid_request_error", "model", "model_not_found",
                $"there is no pipeline '{Pipeline}': {names}");
        }
    }

    private void TakeStop(Field field)
    {
        IEnumerable<Field> stops = field.Element.ValueKind == System.Text.Json.JsonValueKind.String ? [field] : field.Items();
        foreach (Field stop in stops)
        {
            string text = stop.Text();
            if (text.Length is 0 or > 256 || Stop.Count == 16)
            {
                throw OpenAiException.Invalid("stop", "'stop' must be up to 16 texts of 1 to 256 characters");
            }

            Stop.Add(text);
        }
    }

    private static int Token(Field bias)
    {
        return int.TryParse(bias.Key, NumberStyles.None, CultureInfo.InvariantCulture, out int token) ? token
            : throw bias.Wrong("named by a token id");
    }
}
