namespace KvCompose.Evaluation.Tests.Support;

/// <summary>The committed vectors.</summary>
internal static class VectorFolder
{
    public static string Tokenizer(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string path = Path.Combine(folder.FullName, "tests", "vectors", "tokenizers", name, "tokenizer.json");
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"tests/vectors/tokenizers/{name} is not above the tests");
    }
}
