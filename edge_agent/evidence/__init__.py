"""Evidence pictures: what an inspector needs to decide, after GA/T 832-2014, with passers-by made unrecognisable."""
