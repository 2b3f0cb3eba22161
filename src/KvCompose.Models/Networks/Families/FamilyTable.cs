namespace KvCompose.Models.Networks.Families;

/// <summary>The families that can be read. A new one is a file in this folder and a row here.</summary>
internal static class FamilyTable
{
    private static readonly Family[] All =
    [
        new Llama(), new Mistral(), new Ministral(), new Qwen2(), new Qwen3(), new Gemma1(), new Gemma2(), new Gemma3(), new Phi3(),
        new SmolLm3(), new Granite(), new Olmo2(), new Cohere(), new StableLm(),
        new Qwen3Moe(), new Qwen35(), new Qwen3Next(), new Gemma4(), new GptOss(), new Ministral3(), new Olmo3(), new Lfm2(), new Glm4(),
        new Glm4Moe(), new Granite4(), new Cohere2(), new Exaone4(), new Llama4(),
    ];

    public static IEnumerable<string> ModelTypes => All.SelectMany(static family => family.ModelTypes);

    public static IEnumerable<string> Architectures => All.SelectMany(static family => family.Architectures).Distinct();

    public static Family? OfModelType(string modelType) => All.FirstOrDefault(family => family.ModelTypes.Contains(modelType));

    public static Family? OfArchitecture(string architecture) => All.FirstOrDefault(family => family.Architectures.Contains(architecture));
}
