namespace KvCompose;

/// <summary>How the host keeps the keys and values of its pages.</summary>
public enum HostPageFormat
{
    /// <summary>4 bytes an element, as they are.</summary>
    Fp32,

    /// <summary>2 bytes an element, IEEE half precision.</summary>
    Fp16,

    /// <summary>1 byte an element and a scale for every 16 elements of a token. Storing what was read gives the same bytes.</summary>
    Int8,
}
