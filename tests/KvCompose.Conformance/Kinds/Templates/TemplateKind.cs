using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models.Templates;

namespace KvCompose.Conformance.Kinds.Templates;

/// <summary>A kind of chat template vectors: renders each case and compares its text, or the error it must give.</summary>
public abstract class TemplateKind(string name) : IVectorKind
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public bool Handles(VectorFile file) => file.Kind == name;

    /// <inheritdoc/>
    public VectorResult Run(VectorFile file)
    {
        int cases = 0;
        var failures = new List<string>();
        foreach (JsonElement @case in file.Cases)
        {
            cases++;
            string id = @case.OptionalText("id") ?? @case.OptionalText("context") ?? $"case {cases - 1}";
            try
            {
                Check(file.Root, @case, Path.GetDirectoryName(file.Path)!);
            }
            catch (Exception failure)
            {
                failures.Add($"{id}: {(failure is VectorMismatchException ? failure.Message : $"{failure.GetType().Name}: {failure.Message}")}");
            }
        }

        return cases == 0 ? VectorResult.Failed(0, "the file holds no case")
            : failures.Count == 0 ? VectorResult.Passed(cases)
            : VectorResult.Failed(cases, $"{failures.Count} of {cases} cases; first {string.Join("\n", failures.Take(MostShown))}");
    }

    /// <summary>Failures that a result names.</summary>
    protected const int MostShown = 5;

    /// <summary>Runs one case.</summary>
    protected abstract void Check(JsonElement file, JsonElement @case, string folder);

    /// <summary>The time that the clock of the templates shows.</summary>
    protected static DateTime Now(JsonElement file) => file.OptionalText("now") is { } now
        ? DateTime.ParseExact(now, "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture)
        : new DateTime(2025, 3, 7, 9, 5, 4);

    /// <summary>A named set of variables from the file of contexts that a file names.</summary>
    protected static JsonObject Context(JsonElement file, JsonElement @case, string folder)
    {
        VectorFile contexts = VectorFile.Load(Path.Combine(folder, file.Text("contexts")));
        return JsonObject.Create(contexts.Root.Field("contexts").Field(@case.Text("context")))!;
    }

    /// <summary>A request with the variables of a set.</summary>
    protected static ChatPromptRequest Request(JsonObject variables, DateTime now) => new()
    {
        Messages = [.. (variables["messages"] as JsonArray ?? []).OfType<JsonObject>()],
        Tools = variables["tools"] as JsonArray,
        Documents = variables["documents"] as JsonArray,
        AddGenerationPrompt = variables["add_generation_prompt"]?.GetValue<bool>() ?? false,
        Variables = variables
            .Where(item => item.Key is not ("messages" or "tools" or "documents" or "add_generation_prompt"))
            .ToDictionary(item => item.Key, item => item.Value),
        Now = now,
    };

    /// <summary>Renders and compares with the case's result or error.</summary>
    protected static ChatPrompt? Compare(JsonElement @case, string source, Func<ChatTemplate, ChatPrompt> render)
    {
        try
        {
            ChatPrompt prompt = render(ChatTemplate.Parse(source));
            Expect.True(@case.Optional("error") is null, $"expected an error, got {Quote(prompt.Text)}");
            Expect.True(
                @case.Text("result") == prompt.Text,
                $"expected {Quote(@case.Text("result"))}, got {Quote(prompt.Text)} of {Quote(source)}");
            return prompt;
        }
        catch (ChatTemplateException problem)
        {
            JsonElement error = @case.Optional("error")
                ?? throw new VectorMismatchException($"expected {Quote(@case.Text("result"))}, got {problem.Message} of {Quote(source)}");
            Expect.True(error.Text("kind") == Kind(problem.Kind), $"expected {error.Text("kind")}, got {problem.Message} of {Quote(source)}");
            if (problem.Kind == ChatTemplateErrorKind.Raised)
            {
                Expect.Equal(error.Text("message"), problem.Detail, "message");
            }

            if (problem.Kind == ChatTemplateErrorKind.Syntax)
            {
                Expect.Equal(error.Int("line"), problem.Line, $"line ({problem.Message}) of {Quote(source)}");
            }

            return null;
        }
    }

    private static string Kind(ChatTemplateErrorKind kind) => kind switch
    {
        ChatTemplateErrorKind.Raised => "raise_exception",
        ChatTemplateErrorKind.FinalMessage => "value",
        _ => kind.ToString().ToLowerInvariant(),
    };

    private static string Quote(string text) => JsonValue.Create(text).ToJsonString();
}
