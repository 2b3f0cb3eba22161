using System.Text.Json;
using KvCompose.Models.Templates;

namespace KvCompose.Models.Sampling;

/// <summary>Collects the tokens that end an answer. Models have several, and their files name them in several places.</summary>
public static class StopTokens
{
    /// <summary>The end tokens of config.json, generation_config.json and the chat template together.</summary>
    /// <param name="configuration">config.json, if there is one.</param>
    /// <param name="generation">generation_config.json, if there is one.</param>
    /// <param name="turnEnd">What the chat template writes after an assistant's words (<see cref="ChatTemplate.FindTurnEnd"/>): the control token at its beginning ends a turn.</param>
    /// <param name="controlTokens">Spellings and ids of the control tokens.</param>
    /// <exception cref="ArgumentException">An eos_token_id is no token id or list of them.</exception>
    public static IReadOnlySet<int> Collect(
        JsonElement? configuration,
        JsonElement? generation,
        string? turnEnd = null,
        IReadOnlyDictionary<string, int>? controlTokens = null)
    {
        var tokens = new HashSet<int>();
        Add(tokens, configuration, "config.json");
        Add(tokens, generation, "generation_config.json");
        if (turnEnd is not null && controlTokens is not null)
        {
            string? token = controlTokens.Keys.Where(key => key.Length > 0 && turnEnd.StartsWith(key, StringComparison.Ordinal)).MaxBy(key => key.Length);
            if (token is not null)
            {
                tokens.Add(controlTokens[token]);
            }
        }

        return tokens;
    }

    private static void Add(HashSet<int> tokens, JsonElement? file, string name)
    {
        if (file is not { ValueKind: JsonValueKind.Object } fields || !fields.TryGetProperty("eos_token_id", out JsonElement ids)
            || ids.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        IEnumerable<JsonElement> list = ids.ValueKind == JsonValueKind.Array ? ids.EnumerateArray() : [ids];
        foreach (JsonElement id in list)
        {
            tokens.Add(id.ValueKind == JsonValueKind.Number && id.TryGetInt32(out int token) && token >= 0
                ? token
                : throw new ArgumentException($"{name}: eos_token_id holds {id.GetRawText()}, which is no token id"));
        }
    }
}
