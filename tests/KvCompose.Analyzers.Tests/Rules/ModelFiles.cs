using KvCompose.Roslyn.Testing;

namespace KvCompose.Analyzers.Tests.Rules;

/// <summary>The analyzers beside a model's configuration: 16 layers of 8 key-value heads of dimension 64, 4 query heads each, context 8192.</summary>
internal static class ModelFiles
{
    public const string Config = """
        { "hidden_size": 2048, "num_hidden_layers": 16, "num_attention_heads": 32, "num_key_value_heads": 8, "head_dim": 64, "max_position_embeddings": 8192 }
        """;

    /// <summary>The analyzers with the model's configuration and more files.</summary>
    public static AnalyzerHarness With(params (string Name, string Text)[] more) => Check.Analyzers with { Project = Project(more) };

    /// <summary>The project of these files.</summary>
    public static TestProject Project(params (string Name, string Text)[] more) => new()
    {
        AdditionalFiles = [new AdditionalSource("/home/config.json", Config), .. more.Select(file => new AdditionalSource("/home/" + file.Name, file.Text))],
    };
}
