using System.Globalization;
using System.Text.Json;
using KvCompose.Conformance.Comparing;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;
using KvCompose.Models;
using KvCompose.Models.Files;
using KvCompose.Models.Files.Gguf;

namespace KvCompose.Conformance.Kinds.Gguf;

/// <summary>GGUF files that must be refused with a message that names the field, or accepted although they look odd.</summary>
public sealed class GgufBadKind : FolderKind
{
    private const long MaxAllocatedBytes = 16 << 20;

    /// <inheritdoc/>
    public override string Name => "gguf.bad";

    /// <inheritdoc/>
    protected override void Check(JsonElement @case, string folder)
    {
        string path = Path.Combine(folder, @case.Text("open"));
        JsonElement accept = @case.Field("accept");
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            if (@case.Text("level") == "model")
            {
                LanguageModel.Load(path, new LanguageModelOptions { Threads = 1 }).Dispose();
            }
            else
            {
                GgufModel.Open(path).Dispose();
            }

            Expect.True(accept.ValueKind != JsonValueKind.False || IsReadByNow(@case), "was accepted");
        }
        catch (ModelLoadException refusal)
        {
            Expect.True(accept.ValueKind != JsonValueKind.True, $"was refused: {refusal.Message}");
            Expect.True(
                accept.ValueKind != JsonValueKind.False || refusal.Message.Contains(@case.Text("field"), StringComparison.Ordinal),
                $"the message names no '{@case.Text("field")}': {refusal.Message}");
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Expect.True(allocated < MaxAllocatedBytes, $"{allocated} bytes were allocated");
    }

    /// <summary>The vectors refuse tensor types that had no decoder when they were made, by cases named type-N.</summary>
    private static bool IsReadByNow(JsonElement @case)
        => @case.OptionalText("id") is { } id && id.StartsWith("type-", StringComparison.Ordinal)
            && uint.TryParse(id.AsSpan("type-".Length), CultureInfo.InvariantCulture, out uint number) && StoredTypes.IsKnown(number);
}
