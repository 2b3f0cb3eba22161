using System.Text.Json;
using KvCompose.Conformance.Reading;
using KvCompose.Conformance.Running;

namespace KvCompose.Conformance.Kinds.Tokenizers;

/// <summary>The texts that the cases of a folder share: texts.json in the file's folder or one above it.</summary>
internal sealed class SharedTexts
{
    private const int FoldersAbove = 2;

    private readonly string[] _texts;

    private SharedTexts(string[] texts) => _texts = texts;

    /// <summary>Finds and reads the texts for a vector file.</summary>
    /// <exception cref="VectorFormatException">There is no texts.json.</exception>
    public static SharedTexts For(VectorFile file)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(file.Path));
        for (int i = 0; i <= FoldersAbove && folder is not null; i++, folder = Path.GetDirectoryName(folder))
        {
            string path = Path.Combine(folder, "texts.json");
            if (File.Exists(path))
            {
                return new SharedTexts([.. VectorFile.Load(path).Root.List("texts").Select(text => text.GetString()!)]);
            }
        }

        throw new VectorFormatException("there is no texts.json beside or above the file");
    }

    /// <summary>The text with a number.</summary>
    public string this[int number] => _texts[number];

    /// <summary>The text of a case: its own, or the shared one that it names.</summary>
    public string Of(JsonElement @case) => @case.OptionalText("text") ?? _texts[@case.Int("t")];
}
