using System.Text.Json.Serialization;

namespace KvCompose.Evaluation;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n", UseStringEnumConverter = true,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CellResult))]
[JsonSerializable(typeof(EvaluationSetting))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(SortedDictionary<string, Dictionary<string, double>>))]
internal sealed partial class ResultsJson : JsonSerializerContext;
