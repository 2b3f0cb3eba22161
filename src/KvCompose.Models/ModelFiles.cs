using System.Security.Cryptography;
using System.Text;

namespace KvCompose.Models;

/// <summary>The files that a model was read from, and the hashes that tell it from others. Hashed when first asked for: they may be many gigabytes.</summary>
internal sealed class ModelFiles
{
    private readonly Lazy<ModelIdentity> _identity;

    public ModelFiles(LoadedParts parts)
    {
        TokenizerFile = parts.TokenizerFile;
        IEnumerable<string> weights = parts.Checkpoint.Files.Select(static file => file.Path).Order(StringComparer.Ordinal);
        Stamp[] model = [.. (parts.ConfigurationFile is { } file ? weights.Prepend(file) : weights).Select(Stamp.Of)];

        // A GGUF file holds its tokenizer itself.
        Stamp[] tokenizer = parts.ConfigurationFile is not null && File.Exists(TokenizerFile) ? [Stamp.Of(TokenizerFile)] : [];
        _identity = new Lazy<ModelIdentity>(() => new ModelIdentity(Hash(model), Hash(tokenizer)), LazyThreadSafetyMode.PublicationOnly);
    }

    /// <summary>Where the tokenizer is, or would be.</summary>
    public string TokenizerFile { get; }

    public ModelIdentity Identity => _identity.Value;

    private static string Hash(Stamp[] files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (Stamp file in files)
        {
            if (Stamp.Of(file.Path) != file)
            {
                throw new IOException($"'{file.Path}' has changed since the model was loaded, so its hash cannot be told");
            }

            using FileStream stream = File.OpenRead(file.Path);
            hash.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file.Path)));
            hash.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed record Stamp(string Path, long Bytes, DateTime Written)
    {
        public static Stamp Of(string path) => new(path, new FileInfo(path).Length, File.GetLastWriteTimeUtc(path));
    }
}
