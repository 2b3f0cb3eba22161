using System.Text.Json.Nodes;

namespace KvCompose.Models.Sampling.Grammars;

/// <summary>The keywords of one schema; those that nobody takes are refused by name.</summary>
internal sealed class SchemaKeywords(JsonObject schema, string path, HashSet<string> annotations)
{
    private readonly HashSet<string> _taken = [];

    public string Path => path;

    public string At(string keyword) => $"{path}/{keyword}";

    public bool Has(string keyword) => schema.ContainsKey(keyword);

    public bool Implies(params ReadOnlySpan<string> keywords)
    {
        foreach (string keyword in keywords)
        {
            if (schema.ContainsKey(keyword))
            {
                return true;
            }
        }

        return false;
    }

    public JsonNode? Take(string keyword)
    {
        _taken.Add(keyword);
        return schema.TryGetPropertyValue(keyword, out JsonNode? value) ? value : null;
    }

    public void RefuseRest()
    {
        foreach ((string keyword, _) in schema)
        {
            if (!_taken.Contains(keyword) && !annotations.Contains(keyword))
            {
                throw new GrammarException(At(keyword), $"'{keyword}' is not supported here");
            }
        }
    }
}
